import Testing

@testable import PGSyncRules

@Suite("Maps of other files")
struct UsedMapsTests {
    private static let rule =
        RuleCheckerTests.sale.split(separator: "\n\n").dropFirst().joined(separator: "\n\n") + "\n"
    private static let road = "map road\n  'cash' -> 1000\n  'card' -> 1150\n"

    /// Files by their paths, with `..` taken out of them.
    private static func files(_ names: [String], of texts: [String: String]) -> [RuleFile] {
        @Sendable func identity(_ path: String) -> String {
            var parts: [Substring] = []
            for part in path.split(separator: "/") where part != "." {
                if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
            }
            return parts.joined(separator: "/")
        }
        let reader = RuleFile.Reader(
            identity: identity,
            text: {
                texts[identity($0)].map { .success($0) } ?? .failure(RuleFile.Unreadable("no such file"))
            }
        )
        return RuleFile.withUses(names.map { RuleFile(name: $0, text: texts[$0] ?? "") }, reader)
    }

    private static func messages(_ files: [RuleFile]) -> [String] {
        RuleChecker.report(on: files, in: RuleContext(chart: .clinic)).allProblems.map(\.description)
    }

    @Test("are there, wherever the file lies, and kept in the text of the rule")
    func used() throws {
        let files = Self.files(
            ["shop/sale.rules"],
            of: [
                "shop/sale.rules": "use maps from '../shared/maps.rules'\n\n" + Self.rule,
                "shared/maps.rules": Self.road + "\nrule broken version 0 on x.y\n",
            ]
        )
        #expect(files.map(\.name) == ["shop/sale.rules", "shop/../shared/maps.rules"])
        let rule = try #require(RuleChecker.check(files, in: RuleContext(chart: .clinic)).get().first)
        #expect(rule.content.hasPrefix(Self.road) && !rule.content.contains("use maps"))
        #expect(rule.content.hasSuffix(Self.rule))
    }

    @Test("are read once, however many paths lead to them, and whoever uses whom")
    func cycles() {
        let texts = [
            "a.rules": "use maps from 'b.rules'\nuse maps from './x/../b.rules'\n\n" + Self.rule,
            "b.rules": "use maps from 'a.rules'\nuse maps from 'b.rules'\nuse maps from 'c.rules'\n",
            "c.rules": Self.road + "use maps from 'b.rules'\n",
        ]
        #expect(Self.files(["a.rules"], of: texts).map(\.name) == ["a.rules", "b.rules", "c.rules"])
        #expect(Self.messages(Self.files(["a.rules"], of: texts)) == [])
        #expect(Self.messages(Self.files(["a.rules", "c.rules"], of: texts)) == [])
        // A file that is given counts whole, whoever uses it, too.
        #expect(Self.files(["c.rules", "a.rules"], of: texts).filter(\.isForMaps).map(\.name) == ["b.rules"])
    }

    @Test(
        "that are not there are told once, and not where a map is used",
        arguments: [
            ("use maps from 'b.rules'", "the maps of b.rules cannot be used: no such file"),
            (
                "use maps from '/b.rules'",
                "the maps of /b.rules cannot be used: an absolute path is another one on each machine"
            ),
            (
                "use maps from '../b'",
                "the maps of ../b cannot be used: the name of a rule file ends in .rules"
            ),
            (
                "use map from 'b.rules'",
                "expected 'maps from' and a file, such as use maps from 'maps.rules', found 'map'"
            ),
            ("use maps from b", "expected a file in quotes, such as 'maps.rules', found 'b'"),
        ]
    )
    func missing(line: String, message: String) {
        let files = Self.files(["a.rules"], of: ["a.rules": line + "\n\n" + Self.rule])
        let found = RuleChecker.report(on: files, in: RuleContext(chart: .clinic)).allProblems
        #expect(found.map(\.message) == [message])
    }

    @Test("A place of the file is shown")
    func place() {
        let files = Self.files(["a.rules"], of: ["a.rules": "use maps from 'b.rules'\n\n" + Self.rule])
        #expect(
            Self.messages(files) == [
                """
                a.rules:1:15: error: the maps of b.rules cannot be used: no such file
                 1 | use maps from 'b.rules'
                   |               ^^^^^^^^^
                  help: the path begins where this file is
                """
            ]
        )
    }

    @Test("are of a hundred files at most, besides those that are given")
    func many() {
        var texts = Dictionary((0..<200).map { ("m\($0).rules", "use maps from 'm\($0 + 1).rules'\n") }) {
            one,
            _ in one
        }
        texts["a.rules"] = "use maps from 'm0.rules'\n\n" + Self.rule
        texts["m50.rules", default: ""] += Self.road
        let files = Self.files(["a.rules"], of: texts)
        #expect(files.count == 101)
        let found = RuleChecker.report(on: files, in: RuleContext(chart: .clinic)).allProblems
        #expect(
            found.map(\.message) == [
                "the maps of m100.rules cannot be used: more than 100 files would be used"
            ]
        )
    }
}
