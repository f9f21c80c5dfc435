import Testing

@testable import TestSupport

@Suite("Needle matcher")
struct NeedleMatcherTests {
    @Test(
        "finds the needle wherever the stream is cut",
        arguments: [["say commit now"], ["say com", "mit now"], ["say c", "o", "m", "m", "it"], ["commit"]]
    )
    func findsTheNeedle(_ chunks: [String]) {
        var matcher = NeedleMatcher(Array("commit".utf8))
        let found = chunks.map { matcher.ends(in: Array($0.utf8)) }
        #expect(found.contains(true))
    }

    @Test(
        "does not see a needle that is not there",
        arguments: [["say com", "pletely mit"], ["commi"], ["mit", "com"], [""]]
    )
    func seesNoOther(_ chunks: [String]) {
        var matcher = NeedleMatcher(Array("commit".utf8))
        let found = chunks.map { matcher.ends(in: Array($0.utf8)) }
        #expect(!found.contains(true))
    }

    @Test("reports the needle once, in the chunk that completes it")
    func reportsOnce() {
        var matcher = NeedleMatcher(Array("ab".utf8))
        #expect(
            ["a", "b", "b", "-"].map { matcher.ends(in: Array($0.utf8)) } == [false, true, false, false]
        )
    }
}
