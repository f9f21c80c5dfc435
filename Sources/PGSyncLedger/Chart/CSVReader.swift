/// Reads comma-separated values by RFC 4180.
struct CSVReader {
    /// One record, with the line it begins in.
    struct Record: Equatable {
        let line: Int
        var fields: [String]
    }

    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1

    /// Takes UTF-8, with or without a byte order mark.
    init(_ bytes: [UInt8]) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
    }

    /// Every record; lines with nothing in them are passed over.
    static func records(in bytes: [UInt8]) throws(ChartProblem) -> [Record] {
        var reader = CSVReader(bytes)
        var records: [Record] = []
        while reader.offset < reader.bytes.count {
            let record = try reader.record()
            if record.fields != [""] { records.append(record) }
        }
        return records
    }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func record() throws(ChartProblem) -> Record {
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
    private mutating func field() throws(ChartProblem) -> String {
        guard next == UInt8(ascii: "\"") else {
            let start = offset
            while let byte = next, !Self.endsField(byte) {
                guard byte != UInt8(ascii: "\"") else {
                    throw ChartProblem(
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
                        throw ChartProblem(line, "something stands between a closing quote and the comma")
                    }
                    return try text(content[...])
                }
                offset += 1
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            content.append(byte)
        }
        throw ChartProblem(firstLine, "the quote that opens a field here is never closed")
    }

    private static func endsField(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(ChartProblem) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw ChartProblem(line, "this is not UTF-8; save the file as CSV in UTF-8")
        }
        return text
    }
}
