// Numbers in words.

/// `921,600`.
func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + text
}

/// `12.3 ms`.
func milliseconds(_ duration: Duration) -> String {
    "\((duration / .milliseconds(0.1)).rounded() / 10) ms"
}
