func equalityFacts(_ check: inout Check) {}
