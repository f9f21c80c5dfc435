import Testing

@testable import embed_sql

@Suite("FileCheck")
struct FileCheckTests {
    private func file(_ path: String, _ text: String = "-- Why.\nselect 1;\n") -> SQLFile {
        SQLFile(path: path, bytes: Array(text.utf8))
    }

    private func messages(_ files: SQLFile...) -> [String] {
        FileCheck.problems(in: files).map(\.description)
    }

    @Test("accepts what the rules allow")
    func accepts() {
        #expect(
            messages(
                file("migrations/0001_first.sql"),
                file("migrations/0002_second_step.sql", "--! breaking\n-- Why.\ndo $$ begin null; end $$;\n"),
                file("sql/functions/capture/f2.sql", "select 1;\n"),
                file("sql/functions/capture/readers/f3.sql", "select 1;\n"),
                file("sql/views/f2.sql", "select 1;\n"),
                file("sql/grants.sql"),
                file("sql/roles.sql")
            ) == []
        )
    }

    @Test(
        "refuses text that would not arrive as it was written",
        arguments: [
            (Array("-- Why.\nselect 1;\r\n".utf8), "migrations/0001_a.sql:2: error: has a carriage return"),
            (Array("-- Why.\n\0\n".utf8), "migrations/0001_a.sql:2: error: has a NUL byte"),
            (Array("-- Why.\n\t\n".utf8), "migrations/0001_a.sql:2: error: has a control character"),
            (Array("-- Why.".utf8), "migrations/0001_a.sql:1: error: does not end with a line feed"),
            ([0x2d, 0x2d, 0x20, 0xff, 0x0a], "migrations/0001_a.sql:1: error: is not valid UTF-8"),
            ([], "migrations/0001_a.sql:1: error: does not end with a line feed"),
        ] as [([UInt8], String)]
    )
    func refusesBytes(bytes: [UInt8], message: String) {
        let problems = FileCheck.problems(in: [SQLFile(path: "migrations/0001_a.sql", bytes: bytes)])
        #expect(problems.map { $0.description.hasPrefix(message) } == [true])
    }

    @Test(
        "refuses names that tell neither number nor subject",
        arguments: [
            "migrations/1_a.sql", "migrations/0001-a.sql", "migrations/0001_A.sql",
            "migrations/0001_a__b.sql",
            "migrations/0001_.sql", "migrations/0001.sql", "migrations/old/0001_a.sql",
            "migrations/0001_2a.sql",
            "sql/other.sql", "sql/tables/a.sql", "sql/functions/more/A.sql", "sql/functions/a.sql",
            "sql/views/more/a.sql",
        ]
    )
    func refusesNames(path: String) {
        #expect(messages(file(path)).first?.hasPrefix("\(path):1: error: is not ") == true)
    }

    @Test("refuses gaps, repeated numbers and repeated names")
    func refusesNumbering() {
        #expect(
            messages(file("migrations/0002_a.sql")) == [
                "migrations/0002_a.sql:1: error: has number 2 where 1 comes next; leave no gap"
            ]
        )
        #expect(
            messages(file("migrations/0001_a.sql"), file("migrations/0001_b.sql")) == [
                "migrations/0001_b.sql:1: error: has the number of another migration; take the next free one"
            ]
        )
        #expect(
            messages(file("migrations/0001_a.sql"), file("migrations/0002_a.sql")) == [
                "migrations/0002_a.sql:1: error: has the name of another migration; say what sets it apart"
            ]
        )
    }

    @Test("refuses two objects of a kind with one name, for on record they would be one")
    func refusesTwins() {
        #expect(
            messages(file("sql/functions/one/a.sql", "x;\n"), file("sql/functions/two/a.sql", "x;\n")) == [
                "sql/functions/two/a.sql:1: error: has the name of a file in another folder; say what sets it apart"
            ]
        )
    }

    @Test("refuses a migration that does not say why it exists")
    func refusesMissingHeader() {
        for text in ["select 1;\n", "--\nselect 1;\n", "--! breaking\nselect 1;\n"] {
            #expect(
                messages(file("migrations/0001_a.sql", text)).first?.contains("does not open with") == true
            )
        }
    }

    @Test("refuses a misspelt or misplaced mark")
    func refusesMarks() {
        for text in ["--! braking\n-- Why.\n", "-- Why.\n--! breaking\n"] {
            #expect(
                messages(file("migrations/0001_a.sql", text)).first?.contains("has a mark other than") == true
            )
        }
    }

    @Test(
        "refuses to open or close the transaction",
        arguments: ["begin", "COMMIT", "rollback", "start transaction"]
    )
    func refusesTransactions(statement: String) {
        let problems = messages(file("migrations/0001_a.sql", "-- Why.\n\(statement);\n"))
        #expect(problems.first?.hasPrefix("migrations/0001_a.sql:2: error: has '") == true)
    }

    @Test("refuses psql commands")
    func refusesPsqlCommands() {
        #expect(messages(file("sql/grants.sql", "\\set a b\n")).first?.contains("has a psql command") == true)
    }

    @Test("lets an example name and begin what it likes, but not do what psql alone can")
    func examples() {
        let begun = "begin;\ncommit;\n"
        func problems(_ path: String, _ text: String) -> [String] {
            FileCheck.problems(in: [file("sql/examples/clinic/\(path)", text)], of: .examples).map(
                \.description
            )
        }
        #expect(problems("tables.sql", begun) == [])
        #expect(problems("install.sql", "\\ir tables.sql\n") == [])
        #expect(problems("rules/maps.rules", "map \\ a\n") == [])
        #expect(
            problems("generator/dice.sql", "select 1;\n\\gexec\n").first?.contains(":2: error: has a psql")
                == true
        )
        #expect(problems("chart.csv", "code\r\n").first?.contains("has a carriage return") == true)
    }
}
