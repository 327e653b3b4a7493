/// Indexes of an indexed job as text: `1,3-5,7`.
enum JobIndexes {
    struct Failure: Error { var message: String }

    /// - Parameter below: how many indexes the job has.
    static func parse(_ text: String, below end: Int64) -> Result<[Int64], Failure> {
        var found: [Int64] = []
        for part in text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard ends.count <= 2 else { return .failure(.init(message: "the fragment \"\(part)\" violates the requirement that an index interval can have at most two parts separated by '-'")) }
            var bounds: [Int64] = []
            for text in ends {
                guard let number = Int64(text) else { return .failure(.init(message: "cannot convert string to integer for index: \"\(text)\"")) }
                guard number < end else { return .failure(.init(message: "too large index: \"\(text)\"")) }
                if let last = bounds.last ?? found.last, last >= number { return .failure(.init(message: "non-increasing order, previous: \(last), current: \(number)")) }
                bounds.append(number)
            }
            found += bounds[0]...bounds[bounds.count - 1]
        }
        return .success(found)
    }
}
