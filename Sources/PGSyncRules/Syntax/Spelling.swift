/// Finds the word that was probably meant.
enum Spelling {
    /// The candidate nearest to a word, unless all are too far to be a slip of the finger.
    static func nearest(to word: String, among candidates: some Collection<String>) -> String? {
        let limit = max(1, word.count / 3)
        guard word.count <= 63 else { return nil }
        // Texts whose lengths differ by more are further apart than that; most fall out here.
        let near = candidates.filter { abs($0.count - word.count) <= limit }
        let ranked = near.sorted().map { (candidate: $0, distance: distance(from: word, to: $0)) }
        return ranked.min { $0.distance < $1.distance }.flatMap { $0.distance <= limit ? $0.candidate : nil }
    }

    /// How many letters must be inserted, deleted or replaced, a swap of neighbours counting as one.
    private static func distance(from left: String, to right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var (beforeLast, last): ([Int], [Int]) = ([], Array(0...right.count))
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(last[column + 1] + 1, current[column] + 1, replaced)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
