// The naive model of a view: where each of its items begins, by counting the indices up one by one.

/// The byte offset of every item in C order, from element [0, …, 0].
func allPlaces(shape: [Int], byteStrides: [Int]) -> [Int] {
    var places: [Int] = []
    let total = shape.reduce(1, *)
    places.reserveCapacity(total)
    var index = [Int](repeating: 0, count: shape.count)
    for _ in 0..<total {
        var place = 0
        for axis in shape.indices { place = place &+ index[axis] &* byteStrides[axis] }
        places.append(place)
        var axis = shape.count - 1
        while axis >= 0 {
            index[axis] += 1
            if index[axis] < shape[axis] { break }
            index[axis] = 0
            axis -= 1
        }
    }
    return places
}

/// What is given for each item in C order, in Fortran order.
func inFortranOrder(_ places: [Int], shape: [Int]) -> [Int] {
    // The numbers of the items, as a view of the reversed shape.
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return allPlaces(shape: shape.reversed(), byteStrides: strides.reversed()).map { places[$0] }
}
