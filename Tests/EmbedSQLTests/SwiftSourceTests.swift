import Testing

@testable import embed_sql

@Suite("SwiftSource")
struct SwiftSourceTests {
    @Test(
        "takes one number sign more than the text has in a row",
        arguments: [
            ("plain", "#\"plain\"#"),
            ("a \"# b", "##\"a \"# b\"##"),
            ("two\nlines\n", "#\"\"\"\ntwo\nlines\n\n\"\"\"#"),
            ("end \"\"\"##\n\\##(x)\n", "###\"\"\"\nend \"\"\"##\n\\##(x)\n\n\"\"\"###"),
            ("combining \"#\u{301}", "##\"combining \"#\u{301}\"##"),
        ]
    )
    func takesOneMore(text: String, literal: String) {
        #expect(SwiftSource.literal(text) == literal)
    }

    @Test("writes every file, in the order given")
    func writesEveryFile() {
        let source = SwiftSource.text(
            embedding: [
                SQLFile(path: "migrations/0001_a.sql", bytes: Array("-- A.\n".utf8)),
                SQLFile(path: "sql/grants.sql", bytes: Array("-- B.\n".utf8)),
            ],
            of: .schema
        )
        #expect(
            source == """
                // Written by embed-sql from migrations/ and sql/: change those.

                package enum EmbeddedSQL {
                    package static let files: [EmbeddedFile] = [
                        EmbeddedFile(
                            path: #"migrations/0001_a.sql"#,
                            text: #\"\"\"
                -- A.

                \"\"\"#
                        ),
                        EmbeddedFile(
                            path: #"sql/grants.sql"#,
                            text: #\"\"\"
                -- B.

                \"\"\"#
                        ),
                    ]
                }

                """
        )
    }

    @Test("writes the files of the examples for the demonstration alone")
    func writesTheClinic() {
        let files = [SQLFile(path: "sql/examples/clinic/chart.csv", bytes: Array("code\n".utf8))]
        let source = SwiftSource.text(embedding: files, of: .examples)
        #expect(source.contains("change that.\n\nenum EmbeddedExamples {\n    static let files"))
        #expect(source.contains("path: #\"sql/examples/clinic/chart.csv\"#,"))
    }
}
