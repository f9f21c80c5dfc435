import JSON
import Testing

@testable import PGSyncRules

/// Small imports for tests.
enum ImportSample {
    /// The text of an import whose only stream has these lines.
    static func text(_ lines: String..., key: String = "id", head: String...) -> String {
        """
        import shop version 1
          base 'https://shop.example/api'
        \(head.map { "  \($0)\n" }.joined())
          stream items into shop.items key \(key)
            get '/items'
        \(lines.map { "    \($0)" }.joined(separator: "\n"))

        """
    }

    static func definition(_ text: String) throws -> ImportDefinition {
        let file = ImportFile(name: "shop.import", text: text)
        #expect(file.problems == [])
        return try #require(file.definition)
    }

    static func stream(_ lines: String..., key: String = "id") throws -> ImportStream {
        let definition = try definition(text(lines.joined(separator: "\n    "), key: key))
        return try #require(definition.streams.first)
    }

    /// What becomes of a value in a column of a type: JSON, or the class of the fault.
    static func read(_ json: String, as type: String) throws -> String {
        let stream = try stream("column id bigint", "column value \(type)")
        let row = try JSONValue(parsing: #"{"id": 1, "value": \#(json)}"#)
        switch stream.read(row: row) {
        case .success(let image): return image.image["value"]?.text() ?? "nothing"
        case .failure(let fault):
            #expect(fault.column == "value" && fault.message.hasPrefix("value "))
            return fault.errorClass.rawValue
        }
    }
}
