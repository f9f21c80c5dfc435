package import Postgres

/// What is written to a place outside: which head the chain had, and when.
///
/// As text it is one line that can be found in any log:
/// `pgsync-anchor v=1 seq=12 head=9f2c… rows=812460 at=2026-11-29T17:38:21.010877Z system=7713647868115537392 database=shop`
package struct AnchorLine: Sendable, Equatable {
    package var seq: Int64
    /// In hexadecimal.
    package var head: String
    package var rows: Int64
    /// As the type Timestamp writes it.
    package var at: String
    /// The identifier of the database system.
    package var system: Int64
    package var database: String

    package init(seq: Int64, head: String, rows: Int64, at: Timestamp, system: Int64, database: String) {
        self.seq = seq
        self.head = head
        self.rows = rows
        self.at = "\(at)"
        self.system = system
        self.database = database
    }

    private static let mark = "pgsync-anchor v=1 "

    /// Whoever else writes into the same place.
    package var identity: String { "database \(database) of system \(system)" }

    package func isOfSameDatabase(as other: AnchorLine) -> Bool {
        (system, database) == (other.system, other.database)
    }

    package var text: String {
        "\(Self.mark)seq=\(seq) head=\(head) rows=\(rows) at=\(at) system=\(system) database=\(Self.escape(database))"
    }

    /// Reads a line, whatever a log has put before it; nil if it is none of ours, or not whole.
    package init?(_ line: some StringProtocol) {
        guard let start = line.firstRange(of: Self.mark)?.upperBound else { return nil }
        var values: [Substring: Substring] = [:]
        for word in line[start...].split(separator: " ") {
            let pair = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { break }
            values[Substring(pair[0])] = Substring(pair[1])
        }
        guard let seq = values["seq"].flatMap({ Int64($0) }), seq > 0,
            let head = values["head"], head.wholeMatch(of: /[0-9a-f]{64}/) != nil,
            let rows = values["rows"].flatMap({ Int64($0) }),
            let at = values["at"],
            at.wholeMatch(of: /\d{4}-(0[1-9]|1[0-2])-([0-2]\d|30|31)T([01]\d|2[0-3])(:[0-5]\d){2}\.\d{6}Z/)
                != nil,
            let system = values["system"].flatMap({ Int64($0) }),
            let database = values["database"].flatMap({ Self.unescape($0) })
        else { return nil }
        (self.seq, self.head, self.rows, self.at) = (seq, String(head), rows, String(at))
        (self.system, self.database) = (system, database)
    }

    /// A name may have blanks and line breaks.
    private static func escape(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }

    private static func unescape(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
