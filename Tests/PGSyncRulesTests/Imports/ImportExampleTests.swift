import Testing

@testable import PGSyncRules

@Suite("Examples of imports")
struct ImportExampleTests {
    private func runs(_ lines: String...) throws -> [ImportExampleRun] {
        let file = ImportFile(
            name: "shop.import",
            text: ImportSample.text(
                (["rows 'data'", "column id bigint", "column price numeric(5,2)", "column at date"] + lines)
                    .joined(separator: "\n    ")
            )
        )
        #expect(file.problems == [])
        return ImportExampleCheck(in: file.source).run(try #require(file.definition))
    }

    @Test("give what they say: the columns that are written, numbers by their value")
    func right() throws {
        let runs = try runs(
            #"example 'a page' given { "data": [ {"id": "1", "price": 1.5}, {"id": 2, "at": "2024-01-31"} ] }"#,
            #"  gives { "id": 1, "price": 1.50, "at": null }, { "at": "2024-01-31" }"#,
            #"example 'none' given { "data": [] } gives nothing"#,
            #"example 'bad' given { "data": [ {"id": 1}, {"id": "x"} ] } fails data.type column id"#,
            #"example 'any column' given { "data": [ {"id": 1, "price": 1000} ] } fails data.range"#,
            #"example 'no row' given { "data": [ 7 ] } fails data.shape"#,
            #"example 'an error' given { "error": "down" } fails shape"#
        )
        #expect(runs.compactMap(\.problem) == [])
        #expect(runs.map(\.name) == ["a page", "none", "bad", "any column", "no row", "an error"])
        #expect(runs.allSatisfy { $0.stream == "items" })
        #expect(runs.first?.line == 10)
    }

    @Test("show what they give instead")
    func shown() throws {
        let problem = try #require(
            try runs(#"example 'a page' given { "data": [ {"id": 1, "price": "2.5"} ] } gives { "id": 2 }"#)
                .first?.problem
        )
        #expect(
            problem.description == #"""
                shop.import:10:13: error: the example 'a page' has another result
                 10 |     example 'a page' given { "data": [ {"id": 1, "price": "2.5"} ] } gives { "id": 2 }
                    |             ^^^^^^^^
                  help: it gives {"id":1,"price":2.5,"at":null}
                """#
        )
    }

    @Test(
        "are wrong where anything differs",
        arguments: [
            (#"given { "data": [] } gives { "id": 1 }"#, "it gives nothing"),
            (#"given { "data": [ {"id": 1} ] } gives nothing"#, #"it gives {"id":1,"price":null,"at":null}"#),
            (#"given { "data": [ {"id": 1}, {"id": 2} ] } gives { "id": 1 }"#, "it gives"),
            (#"given { "data": [ {"id": 1} ] } gives { "id": "1" }"#, "it gives"),
            (#"given { "data": [ {"id": 1} ] } gives { "id": 1, "price": 0 }"#, "it gives"),
            (
                #"given { "data": [ {"id": 1.5} ] } gives { "id": 1 }"#,
                "it fails data.type column id: id is a number that is no whole number"
            ),
            (#"given { "data": [ {"id": 1} ] } fails data.type"#, "it gives"),
            (#"given { "data": [ {"id": "x"} ] } fails data.range"#, "it fails data.type column id"),
            (
                #"given { "data": [ {"id": "x"} ] } fails data.type column price"#,
                "it fails data.type column id"
            ),
            (#"given [] gives nothing"#, "it fails shape: 'data' of the answer is not there"),
            (#"given { "data": [ {"id": 1} ] } gives { "ad": null }"#, "did you mean at?"),
            (#"given { "data": [ {"id": 1} ] } gives [1]"#, "an image is an object"),
        ]
    )
    func wrong(example: String, message: String) throws {
        let problem = try #require(try runs("example 'x' \(example)").first?.problem)
        #expect(problem.description.contains(message), "\(problem)")
    }
}
