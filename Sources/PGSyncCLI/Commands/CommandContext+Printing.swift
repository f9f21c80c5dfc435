import Arguments
import JSON
import Postgres

extension CommandContext {
    func print(_ text: String) throws { try output.write(text + "\n") }

    func print(_ value: JSONValue) throws { try print(value.text(.pretty)) }

    /// Something to know while the work goes on; that nobody can read it is no reason to stop the work.
    func say(_ text: String) { try? errors.write(text + "\n") }
}

extension ServerNotice {
    /// The notice as `psql` would show it.
    var text: String {
        let more: [(String, String?)] = [("detail", detail), ("hint", hint)]
        let lines = more.compactMap { label, text in text.map { "  \(label): \($0)" } }
        return (["\(severity.lowercased()): \(message)"] + lines).joined(separator: "\n")
    }

    var json: JSONValue {
        var object: JSONObject = JSONObject([("severity", .string(severity)), ("message", .string(message))])
        object["detail"] = detail.map(JSONValue.string)
        object["hint"] = hint.map(JSONValue.string)
        return .object(object)
    }
}

extension Duration {
    /// The duration as a person says it.
    var text: String {
        let milliseconds = Int((self / .milliseconds(1)).rounded())
        guard milliseconds >= 1_000 else { return "\(milliseconds) ms" }
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// The duration in seconds, to the microsecond.
    var seconds: JSONValue { JSONValue((self / .microseconds(1)).rounded() / 1_000_000) }
}
