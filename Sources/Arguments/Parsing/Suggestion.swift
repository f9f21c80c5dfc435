/// Finds the word that was probably meant.
public enum Suggestion {
    /// The candidate nearest to `word`, unless all are too far to be a slip of the finger.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let ranked = candidates.map { (candidate: $0, distance: distance(from: word, to: $0)) }
        if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= limit {
            return best.candidate
        }
        let beginnings = candidates.filter { word.count > 1 && $0.hasPrefix(word) }
        return beginnings.count == 1 ? beginnings.first : nil
    }

    /// How many letters must be inserted, deleted, replaced or swapped with their neighbour.
    static func distance(from left: String, to right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let replaced = last[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var best = min(last[column] + 1, current[column - 1] + 1, replaced)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1]
                {
                    best = min(best, beforeLast[column - 2] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
