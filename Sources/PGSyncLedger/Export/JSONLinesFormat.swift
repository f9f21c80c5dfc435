package import JSON

/// The journal as JSON, one entry a line.
struct JSONLinesFormat: JournalFormat {
    func text(of entry: JournalEntry) throws -> String { try entry.json.text() + "\n" }
}

extension JournalEntry {
    /// The entry as an object; amounts are exact decimal texts, and what does not apply is left out.
    package var json: JSONValue {
        get throws {
            var object = JSONObject([
                ("entry", JSONValue(id)), ("date", .string("\(date)")),
                ("document_date", .string("\(documentDate)")), ("purpose", .string(purpose)),
                ("description", .string(description)), ("currency", .string(currency.code)),
                ("total", .string(currency.text(of: total))),
            ])
            object["swept_from"] = sweptFrom.map { .string("\($0)") }
            object["reverses"] = reverses.map { JSONValue($0) }
            object["reversed_by"] = reversedBy.map { JSONValue($0) }
            object["table"] = sourceTable.map(JSONValue.string)
            object["record"] = recordID.map(JSONValue.string)
            object["rule"] = rule.map(JSONValue.string)
            object["change"] = changeID.map { JSONValue($0) }
            object["correlation_id"] = correlationID.map(JSONValue.string)
            object["posted_at"] = .string("\(postedAt)")
            object["posted_by"] = .string(postedBy)
            object["lines"] = .array(try lines.map { try $0.json(in: currency) })
            return .object(object)
        }
    }
}

extension JournalEntry.Line {
    fileprivate func json(in currency: Currency) throws -> JSONValue {
        let side = amount > 0 ? "debit" : "credit"
        var object = JSONObject([
            ("account", .string(account)), (side, .string(currency.text(of: amount < 0 ? -amount : amount))),
        ])
        object["party"] = party.map(JSONValue.string)
        object["dimensions"] = try dimensionObject.map(JSONValue.object)
        return .object(object)
    }
}
