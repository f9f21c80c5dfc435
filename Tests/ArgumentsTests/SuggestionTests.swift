import Testing

@testable import Arguments

@Suite("Suggestion")
struct SuggestionTests {
    @Test(
        "counts insertions, deletions, replacements and swaps",
        arguments: [
            ("", "", 0), ("", "ab", 2), ("ab", "", 2), ("kitten", "sitting", 3), ("ab", "ba", 1),
            ("abcd", "acbd", 1),
            ("stauts", "status", 1),
        ]
    )
    func countsEdits(_ left: String, _ right: String, _ distance: Int) {
        #expect(Suggestion.distance(from: left, to: right) == distance)
    }

    @Test("finds the nearest, or the only one that begins so, or nothing")
    func findsTheNearest() {
        let candidates = ["migrate", "worker", "status", "start"]
        #expect(Suggestion.nearest(to: "wroker", among: candidates) == "worker")
        #expect(Suggestion.nearest(to: "mi", among: candidates) == "migrate")
        #expect(Suggestion.nearest(to: "st", among: candidates) == nil)
        #expect(Suggestion.nearest(to: "zebra", among: candidates) == nil)
        #expect(Suggestion.nearest(to: "zebra", among: []) == nil)
    }
}
