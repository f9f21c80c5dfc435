import Arguments
import JSON
import Postgres
import VisibleText

extension CommandContext {
    /// Prints one line; that of a name with a line break in it stays one.
    func print(_ line: String) throws { try output.write(line.visible + "\n") }

    func print(_ value: JSONValue) throws { try output.write(value.text(.pretty) + "\n") }

    /// Something to know while the work goes on; that nobody can read it is no reason to stop the work.
    func say(_ line: String) { try? errors.write(line.visible + "\n") }

    /// The same in several lines.
    func say(lines: [String]) { for line in lines { say(line) } }
}

extension ServerNotice {
    /// The notice as `psql` would show it.
    var lines: [String] {
        let more: [(String, String?)] = [("detail", detail), ("hint", hint)]
        return ["\(severity.lowercased()): \(message)"]
            + more.compactMap { label, text in text.map { "  \(label): \($0)" } }
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
