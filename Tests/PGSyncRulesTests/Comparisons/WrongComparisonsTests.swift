import Testing

@testable import PGSyncRules

@Suite("Wrong comparisons")
struct WrongComparisonsTests {
    private static func problems(_ text: String) -> [RuleProblem] {
        ComparisonFile(name: "shop.compare", text: text).problems
    }

    /// Expects one problem, with its place, its message and, behind a semicolon, its help.
    private func expect(_ text: String, _ expected: String) {
        let file = ComparisonFile(name: "shop.compare", text: text)
        let found = file.problems.map { problem in
            "\(problem.range.line):\(problem.range.column) \(problem.message)"
                + (problem.help.map { "; \($0)" } ?? "")
        }
        #expect(found == [expected])
        #expect(file.comparison == nil)
    }

    @Test("show the place, and what was probably meant")
    func places() {
        let text = """
            compare shop version 1
              databse branch env:BRANCH_URL
              entity items
                left  branch public.items
                rigth public.items
                key   id
                columns name tirm, rate numeric
                groups nmae
                coverage of itmes
              entity images
                left  brunch public.images
                right public.images
                key   id
                columns photo as image
                groups image
                coverage of item
            """
        #expect(
            Self.problems(text).map(\.description) == [
                """
                shop.compare:2:3: error: a line cannot begin with 'databse'
                 2 |   databse branch env:BRANCH_URL
                   |   ^^^^^^^
                  help: did you mean database?
                """,
                """
                shop.compare:5:5: error: a line cannot begin with 'rigth'
                 5 |     rigth public.items
                   |     ^^^^^
                  help: did you mean right?
                """,
                """
                shop.compare:7:18: error: expected a type, 'as', 'trim', 'lower', 'blank', 'within', ',' or the end of the line, found 'tirm'
                 7 |     columns name tirm, rate numeric
                   |                  ^^^^
                  help: did you mean trim?
                """,
                """
                shop.compare:9:17: error: there is no entity itmes
                 9 |     coverage of itmes
                   |                 ^^^^^
                  help: name another entity of this file
                """,
                """
                shop.compare:15:12: error: image is not among the key and the columns of images
                 15 |     groups image
                    |            ^^^^^
                  help: write photo, as the left side calls it
                """,
                """
                shop.compare:16:17: error: there is no entity item
                 16 |     coverage of item
                    |                 ^^^^
                  help: did you mean items?
                """,
            ]
        )
    }

    @Test("tell no more than the cause: what could not be read is not missing")
    func consequences() {
        let text = """
            compare shop version 1
              database branch postgres
              entity items
                lef branch public.items
                right public
                keys id double
                column name
                copies a b
                groups name
                heal by fetch a from 'x.example'
              entities images
                left public.images
            """
        let lines = Self.problems(text).map(\.range.line)
        #expect(lines == [2, 4, 5, 6, 7, 8, 11], "\(Self.problems(text))")
        let whole = "compare shop version\n  entity items\n    left a.b\n"
        #expect(Self.problems(whole).map(\.range.line) == [1], "\(Self.problems(whole))")
    }

    @Test("say what is wrong with a line of the comparison", arguments: Self.wrongHeads)
    func heads(line: String, expected: String) {
        expect(ComparisonSample.text(head: line), expected)
    }

    private static let wrongHeads: [(String, String)] = [
        ("sides", "2:3 'sides' lacks the names of both sides, such as Shop, Books"),
        ("sides Shop", "2:3 'sides' lacks a comma and the name of the right side"),
        ("sides Shop Books", "2:14 expected ',', found 'Books'"),
        ("sides Shop,", "2:3 'sides' lacks the name of the right side"),
        ("sides Shop, Shop", "2:15 both sides are called Shop; give them two names"),
        ("sides A, B\n  sides C, D", "3:3 a comparison can have 'sides' only once; the first is in line 2"),
        ("database", "2:3 'database' lacks a name, and where its connection string is"),
        (
            "database branch",
            "2:3 'database' lacks env: and the name of a variable, or file: and a path"
        ),
        (
            "database branch BRANCH_URL",
            "2:19 a connection string is env: and the name of a variable, or file: and a path; "
                + "write env:NAME or file:/run/secrets/name"
        ),
        (
            "database branch env:1A",
            "2:19 this is no name of an environment variable; write env:NAME or file:/run/secrets/name"
        ),
        (
            "database branch file:x",
            "2:19 the path of the file does not begin with /; write env:NAME or file:/run/secrets/name"
        ),
        (
            "database branch env:A env:B",
            "2:25 expected the end of the line behind env:A; such as database branch env:BRANCH_URL"
        ),
        (
            "database a env:A\n  database a env:B",
            "3:12 there are two databases a; the other is in line 2"
        ),
        (
            "database import env:A",
            "2:12 a database cannot be called import; this word begins a side"
        ),
        ("settle 10", "2:3 'settle' lacks a unit: ms, s, min, h or d"),
        ("settle 10 secs", "2:13 expected a unit: ms, s, min, h or d, found 'secs'"),
        ("settle 601 s", "2:10 rows settle within 10 min; write a span from 0 s to 10 min"),
        ("settle -1 s", "2:10 expected a span, such as 10 s, found '-'"),
        ("heal 100", "2:8 expected 'at most' and a number of rows, found '100'"),
        ("heal at 100", "2:11 expected 'at most' and a number of rows, found '100'"),
        (
            "heal by copy",
            "2:8 expected 'at most' and a number of rows, found 'by'; "
                + "how rows are mended is said below their entity"
        ),
        ("heal at most 0 rows", "2:16 0 is not a number of rows; it is a whole number from 1 to 1000000"),
        (
            "heal at most 1000001 rows",
            "2:16 1000001 is not a number of rows; it is a whole number from 1 to 1000000"
        ),
        ("heal at most 5", "2:3 'heal' lacks 'rows'"),
        ("heal at most 5 keys", "2:18 expected 'rows', found 'keys'"),
        ("entity", "2:3 'entity' lacks the name of an entity"),
        ("entity a b", "2:12 expected the end of the line, found 'b'"),
        (
            "hela at most 5 rows", "2:3 a line cannot begin with 'hela'; did you mean heal?"
        ),
        (
            "stream items",
            "2:3 a line cannot begin with 'stream'; "
                + "a line of a comparison begins with sides, database, settle, heal or entity"
        ),
    ]

    @Test("say what is wrong with the whole", arguments: Self.wrongWholes)
    func wholes(text: String, expected: String) {
        expect(text, expected)
    }

    private static let wrongWholes: [(String, String)] = [
        ("", "1:1 there is no comparison; begin with a line such as: compare shop version 1"),
        (
            "comparison shop version 1",
            "1:1 expected 'compare' and a name, found 'comparison'; "
                + "begin with a line such as: compare shop version 1"
        ),
        ("compare", "1:1 'compare' lacks the name of the comparison"),
        ("compare shop", "1:1 'compare' lacks 'version' and a number"),
        ("compare shop 1", "1:14 expected 'version' and a number, found '1'"),
        (
            "compare shop version 0",
            "1:22 0 is not the number of the version; it is a whole number from 1 to 1000000000"
        ),
        (
            "compare shop version 1",
            "1:9 the comparison shop has no entity; "
                + "such as entity items, and below it its left, its right and its key"
        ),
        (
            "compare shop version 1 each 6 h",
            "1:24 expected 'every' and a span, or the end of the line, found 'each'"
        ),
        (
            "compare shop version 1 every 59 s",
            "1:30 a comparison is made every minute at most; write 1 min, or longer"
        ),
        ("compare shop version 1 every", "1:24 'every' lacks a span, such as 6 h"),
        (
            ComparisonSample.text() + ComparisonSample.text(),
            "7:1 there are two comparisons; a file has one; write the other into a file of its own"
        ),
        (
            ComparisonSample.text() + "entity images",
            "7:1 expected 'compare' and a name, found 'entity'; indent what belongs to the comparison"
        ),
        (
            ComparisonSample.text() + "  entity items\n    left a.b\n    right a.c\n    key id\n",
            "7:10 the entity items is listed twice; the first is in line 3"
        ),
        (
            ComparisonSample.text().replacing("    left public.items\n", with: ""),
            "3:10 the entity items lacks its left side; such as left public.items"
        ),
        (
            ComparisonSample.text().replacing("    right books.items\n", with: ""),
            "3:10 the entity items lacks its right side; such as right public.items"
        ),
        (
            ComparisonSample.text().replacing("    key id\n", with: ""),
            "3:10 the entity items lacks its key; such as key id"
        ),
        (
            ComparisonSample.text("left import shop.items"),
            "7:5 an entity can have 'left' only once; the first is in line 4"
        ),
    ]

    @Test(
        "never show what stands where a connection string is expected",
        arguments: [
            "database 'postgres://me:hush@db/x'", "database branch 'postgres://me:hush@db/x'",
            "database branch \"postgres://me:hush@db/x\"", "database branch postgres://me:hush@db/x",
            "database postgres://me:hush@db/x", "database branch host=db password=hush",
            "database branch 'hush", "database branch env:A hush", "database branch { hush }",
            "database \"my db\" hush", "databse branch postgresql://me:hush@db/x",
            "databse branch password = 'hush'", "database branch 'env:A' hush",
        ]
    )
    func hushed(line: String) {
        let problems = Self.problems(ComparisonSample.text(head: line))
        #expect(!problems.isEmpty)
        #expect(
            !problems.contains { ($0.message + ($0.help ?? "") + $0.sourceLine).contains("hush") },
            "\(problems)"
        )
    }

    @Test("show a reference to a connection string")
    func shown() {
        let line = "database \"my db\" env:1A"
        #expect(Self.problems(ComparisonSample.text(head: line)).first?.sourceLine == "  \(line)")
    }
}
