import Arguments

/// Numbers of writers with commas between.
struct WriterCounts: ArgumentValue, Equatable {
    let counts: [Int]

    init(_ counts: [Int]) {
        self.counts = counts
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let counts = words.compactMap { Int($0) }.filter { (1...90).contains($0) }
        guard counts.count == words.count, Set(counts).count == counts.count else { return nil }
        self.counts = counts
    }

    var argument: String { counts.map(String.init).joined(separator: ",") }
    static var expectation: String { "different numbers from 1 to 90 such as 1,8,32" }
    static var placeholder: String { "COUNTS" }
}
