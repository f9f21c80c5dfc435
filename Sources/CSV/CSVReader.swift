/// What is wrong in a file of comma-separated values.
public struct CSVError: Error, Equatable {
    /// Where it is, counted from 1.
    public let line: Int
    /// What it is, in words.
    public let text: String

    init(_ line: Int, _ text: String) {
        self.line = line
        self.text = text
    }
}

/// Reads comma-separated values by RFC 4180.
public struct CSVReader {
    /// One record, with the line it begins in.
    public struct Record: Equatable, Sendable {
        /// Counted from 1.
        public let line: Int
        /// What stands between the commas, without the quotes.
        public var fields: [String]
    }

    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1

    /// Takes UTF-8, with or without a byte order mark.
    private init(_ bytes: [UInt8]) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    }

    /// Every record; lines with nothing in them are passed over.
    public static func records(in bytes: [UInt8]) throws(CSVError) -> [Record] {
        var reader = CSVReader(bytes)
        var records: [Record] = []
        while reader.offset < reader.bytes.count {
            let record = try reader.record()
            if record.fields != [""] { records.append(record) }
        }
        return records
    }

    /// What a word says of yes or no; nil for any other.
    public static func truth(of word: some StringProtocol) -> Bool? {
        switch word.lowercased() {
        case "true", "t", "yes", "y", "1": true
        case "false", "f", "no", "n", "0": false
        default: nil
        }
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func record() throws(CSVError) -> Record {
        var record = Record(line: line, fields: [])
        while true {
            record.fields.append(try field())
            guard let byte = next else { return record }
            offset += 1
            if byte == UInt8(ascii: ",") { continue }
            if byte == UInt8(ascii: "\r"), next == UInt8(ascii: "\n") { offset += 1 }
            line += 1
            return record
        }
    }

    /// A field up to the comma or the end of the line behind it.
    private mutating func field() throws(CSVError) -> String {
        guard next == UInt8(ascii: "\"") else {
            let start = offset
            while let byte = next, !Self.endsField(byte) {
                guard byte != UInt8(ascii: "\"") else {
                    throw CSVError(
                        line,
                        "a quote inside a field without quotes: put the field in quotes, and this one twice"
                    )
                }
                offset += 1
            }
            return try text(bytes[start..<offset])
        }
        let firstLine = line
        offset += 1
        var content: [UInt8] = []
        while let byte = next {
            offset += 1
            if byte == UInt8(ascii: "\"") {
                guard next == UInt8(ascii: "\"") else {
                    guard next.map(Self.endsField) ?? true else {
                        throw CSVError(line, "something stands between a closing quote and the comma")
                    }
                    return try text(content[...])
                }
                offset += 1
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            content.append(byte)
        }
        throw CSVError(firstLine, "the quote that opens a field here is never closed")
    }

    private static func endsField(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(CSVError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw CSVError(line, "this is not UTF-8; save the file as CSV in UTF-8")
        }
        return text
    }
}
