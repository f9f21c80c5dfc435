import CLibPQ
import Glibc

/// Parameters in one run of bytes: each is a header, its value and a zero.
///
/// Statements are made by the hundred thousand a second, so a list costs one allocation instead of several.
@safe
struct ParameterList: Sendable {
    private struct Header: BitwiseCopyable {
        let type: Oid
        /// Negative for null.
        let length: Int32
        let isBinary: Bool
    }

    /// Why a list cannot be sent.
    private enum Refusal {
        case zeroInText(Int)
        case tooLarge
        case tooMany
    }

    private(set) var count = 0
    private var bytes: [UInt8] = []
    private var hasBinary = false
    private var refusal: Refusal?

    private static let typicalSize = 32

    init(capacity: Int) {
        if capacity > 0 { bytes.reserveCapacity(capacity * Self.typicalSize) }
    }

    mutating func append(_ parameter: Parameter) {
        count += 1
        if count > 65_535 { refuse(.tooMany) }
        let type = parameter.type.id
        switch parameter.payload {
        case .null:
            append(Header(type: type, length: -1, isBinary: false))
        case .text(var text):
            text.withUTF8 { utf8 in
                append(Header(type: type, length: Int32(clamping: utf8.count), isBinary: false))
                unsafe bytes.append(contentsOf: utf8)
                if utf8.containsZero { refuse(.zeroInText(count)) }
            }
        case .binary(let binary):
            append(Header(type: type, length: Int32(clamping: binary.count), isBinary: true))
            bytes.append(contentsOf: binary)
            hasBinary = true
        }
        // Texts need it, and an empty binary value needs an address.
        bytes.append(0)
        if bytes.count > Int32.max { refuse(.tooLarge) }
    }

    private mutating func append(_ header: Header) {
        unsafe withUnsafeBytes(of: header) { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func refuse(_ reason: Refusal) {
        refusal = refusal ?? reason
    }

    /// Throws if a value among them cannot be sent.
    func check() throws(PostgresError) {
        guard let refusal else { return }
        let reason =
            switch refusal {
            case .zeroInText(let number):
                "parameter $\(number) contains U+0000, which PostgreSQL cannot store in text"
            case .tooLarge: "the parameters are larger than 2 GiB together"
            case .tooMany: "more than 65,535 parameters: send an array, or use COPY"
            }
        throw PostgresError(.unrepresentableParameter, reason)
    }

    var types: [Oid] {
        var types: [Oid] = []
        unsafe bytes.withUnsafeBytes { unsafe visit($0) { _, header, _ in types.append(header.type) } }
        return types
    }

    func hasTypes(_ types: [Oid]) -> Bool {
        guard types.count == count else { return false }
        var isEqual = true
        unsafe bytes.withUnsafeBytes {
            unsafe visit($0) { index, header, _ in isEqual = isEqual && types[index] == header.type }
        }
        return isEqual
    }

    /// Lends the arrays: types, values, lengths and formats.
    @unsafe
    func withPointers<Result>(
        _ body: (
            UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
            UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        guard count > 0 else { return body(nil, nil, nil, nil) }
        return unsafe withUnsafeTemporaryAllocation(of: Oid.self, capacity: count) { types in
            unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                unsafe bytes.withUnsafeBytes { bytes in
                    var (lengths, formats): ([Int32], [Int32]) = ([], [])
                    unsafe visit(bytes) { index, header, value in
                        unsafe types[index] = header.type
                        unsafe values[index] = header.length < 0 ? nil : value
                        guard hasBinary else { return }
                        lengths.append(header.length)
                        formats.append(header.isBinary ? 1 : 0)
                    }
                    return hasBinary
                        ? unsafe body(types.baseAddress, values.baseAddress, lengths, formats)
                        : unsafe body(types.baseAddress, values.baseAddress, nil, nil)
                }
            }
        }
    }

    /// Walks over the headers, with the place of each value.
    @unsafe
    private func visit(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (_ index: Int, Header, _ value: UnsafePointer<CChar>?) -> Void
    ) {
        var offset = 0
        for index in 0..<count {
            let header = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Header.self)
            offset += MemoryLayout<Header>.size
            unsafe body(
                index,
                header,
                bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
            )
            offset += Int(max(0, header.length)) + 1
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these bytes would end early as a C string.
    @safe
    var containsZero: Bool {
        guard let baseAddress else { return false }
        return unsafe memchr(baseAddress, 0, count) != nil
    }
}
