import JSON

extension JournalEntry.Line {
    /// The dimensions as an object.
    var dimensionObject: JSONObject? {
        get throws { try dimensions.flatMap { try JSONValue(parsing: $0).object } }
    }

    /// Each dimension with its value.
    var dimensionValues: [(key: String, value: JSONValue)] {
        get throws { try dimensionObject.map(Array.init) ?? [] }
    }
}

extension JSONValue {
    /// A text as it is, anything else as JSON.
    var plainText: String { string ?? text() }
}
