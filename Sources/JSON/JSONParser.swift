extension JSONValue {
    /// Parses a text by the letter of RFC 8259; duplicate keys are refused as well.
    ///
    /// `depthLimit` bounds how deep arrays and objects may nest, and with it the stack that hostile input can claim.
    ///
    /// - Throws: `JSONParseError`.
    public init(parsing text: String, depthLimit: Int = 128) throws {
        try self.init(parsing: text.utf8, depthLimit: depthLimit)
    }

    /// Parses UTF-8 bytes by the letter of RFC 8259; duplicate keys and a byte order mark are refused as well.
    ///
    /// - Throws: `JSONParseError`.
    public init(parsing bytes: some Sequence<UInt8>, depthLimit: Int = 128) throws {
        var parser = JSONParser(bytes: Array(bytes), depthLimit: depthLimit)
        self = try parser.parseDocument()
    }
}

struct JSONParser {
    private let bytes: [UInt8]
    private let depthLimit: Int
    private var offset = 0
    private var depth = 0

    init(bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    mutating func parseDocument() throws -> JSONValue {
        let value = try parseValue()
        skipWhiteSpace()
        guard offset == bytes.count else { throw failure(.expected("the end of the text")) }
        return value
    }

    // MARK: Values

    private mutating func parseValue() throws -> JSONValue {
        skipWhiteSpace()
        guard let byte = next else { throw failure(.unexpectedEnd) }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser in try parser.parseObject() }
        case UInt8(ascii: "["): return try nested { parser in try parser.parseArray() }
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try parseNumber())
        default:
            if skip("null") { return .null }
            if skip("true") { return .bool(true) }
            if skip("false") { return .bool(false) }
            throw failure(.expected("a value"))
        }
    }

    private mutating func nested(
        _ parse: (inout JSONParser) throws -> JSONValue
    ) throws -> JSONValue {
        guard depth < depthLimit else { throw failure(.tooDeep(limit: depthLimit)) }
        depth += 1
        defer { depth -= 1 }
        offset += 1
        return try parse(&self)
    }

    private mutating func parseArray() throws -> JSONValue {
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if skip("]") { return .array(elements) }
        repeat {
            elements.append(try parseValue())
            skipWhiteSpace()
        } while skip(",")
        try expect("]", orElse: "',' or ']'")
        return .array(elements)
    }

    private mutating func parseObject() throws -> JSONValue {
        var object = JSONObject()
        skipWhiteSpace()
        if skip("}") { return .object(object) }
        repeat {
            skipWhiteSpace()
            let start = offset
            guard let byte = next else { throw failure(.unexpectedEnd) }
            guard byte == UInt8(ascii: "\"") else { throw failure(.expected("a key in quotes")) }
            let key = try parseString()
            guard object[key] == nil else { throw failure(.duplicateKey(key), at: start) }
            skipWhiteSpace()
            try expect(":", orElse: "':'")
            object[key] = try parseValue()
            skipWhiteSpace()
        } while skip(",")
        try expect("}", orElse: "',' or '}'")
        return .object(object)
    }

    private mutating func parseNumber() throws -> JSONNumber {
        guard let end = JSONNumber.end(of: bytes, from: offset) else { throw failure(.invalidNumber) }
        defer { offset = end }
        return JSONNumber(checkedText: String(decoding: bytes[offset..<end], as: UTF8.self))
    }

    // MARK: Strings

    private mutating func parseString() throws -> String {
        var text = ""
        offset += 1
        while true {
            text += try parsePlainRun()
            guard let byte = next else { throw failure(.unexpectedEnd) }
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                text.unicodeScalars.append(try parseEscape())
            default:
                throw failure(.controlCharacter)
            }
        }
    }

    private mutating func parsePlainRun() throws -> String {
        let start = offset
        while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            offset += 1
        }
        do {
            return String(copying: try UTF8Span(validating: bytes.span.extracting(start..<offset)))
        } catch {
            throw failure(.invalidUTF8, at: start + error.byteOffsets.lowerBound)
        }
    }

    private mutating func parseEscape() throws -> Unicode.Scalar {
        let start = offset
        offset += 1
        guard let byte = next else { throw failure(.unexpectedEnd) }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let high = try parseCodeUnit(of: start)
            if let scalar = Unicode.Scalar(high) { return scalar }
            guard UTF16.isLeadSurrogate(high), skip("\\u") else { throw failure(.loneSurrogate, at: start) }
            let low = try parseCodeUnit(of: start)
            guard UTF16.isTrailSurrogate(low) else { throw failure(.loneSurrogate, at: start) }
            return UTF16.decode(UTF16.EncodedScalar([high, low]))
        default: throw failure(.invalidEscape, at: start)
        }
    }

    private mutating func parseCodeUnit(of escape: Int) throws -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next else { throw failure(.unexpectedEnd) }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure(.invalidEscape, at: escape)
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }

    // MARK: Bytes

    private var next: UInt8? {
        offset < bytes.count ? bytes[offset] : nil
    }

    private mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func skip(_ word: StaticString) -> Bool {
        let word = word.description.utf8
        guard bytes[offset...].starts(with: word) else { return false }
        offset += word.count
        return true
    }

    private mutating func expect(_ word: StaticString, orElse what: String) throws {
        guard !skip(word) else { return }
        throw failure(next == nil ? .unexpectedEnd : .expected(what))
    }

    private func failure(_ reason: JSONParseError.Reason, at offset: Int? = nil) -> JSONParseError {
        let before = bytes.prefix(offset ?? self.offset)
        let line = before.lastIndex(of: 0x0A).map { before[($0 + 1)...] } ?? before
        return JSONParseError(
            reason: reason,
            line: before.count { $0 == 0x0A } + 1,
            column: line.count { $0 & 0xC0 != 0x80 } + 1
        )
    }
}
