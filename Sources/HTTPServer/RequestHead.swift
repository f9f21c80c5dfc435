import CMicroHTTPD

/// An answer to what is no request that can be understood in one way only.
struct Refusal: Error {
    let response: HTTPResponse
}

func requestHead(
    _ connection: OpaquePointer,
    method: UnsafePointer<CChar>,
    version: UnsafePointer<CChar>?,
    of daemon: DaemonContext
) -> Result<HTTPHead, Refusal> {
    let headers = unsafe requestHeaders(of: connection)
    func values(_ name: String) -> [String] { headers.filter { $0.name.lowercased() == name }.map(\.value) }
    let isOld = unsafe version.map { unsafe String(cString: $0) } == "HTTP/1.0"
    let lengths = values("content-length")
    let encodings = values("transfer-encoding")
    func refuse(_ sentence: String) -> Result<HTTPHead, Refusal> {
        .failure(Refusal(response: .plain(400, sentence)))
    }
    // What two readers could understand differently would let one request hide in another.
    switch values("host").count {
    case 0 where !isOld: return refuse("the request names no host")
    case 2...: return refuse("the request names more than one host")
    default: break
    }
    guard headers.allSatisfy({ isClean($0.name, $0.value) }) else {
        return refuse("a header is not understood")
    }
    guard lengths.count <= 1, lengths.isEmpty || encodings.isEmpty else {
        return refuse("the length of the body is said more than once")
    }
    guard lengths.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
        encodings.count <= 1, encodings.allSatisfy({ $0.lowercased() == "chunked" }),
        !isOld || encodings.isEmpty
    else { return refuse("the length of the body is not understood") }
    let (target, client) = daemon.connections.request(of: UInt(bitPattern: connection))
    guard let target, target.hasPrefix("/"), !target.contains(" ") else {
        return refuse("the path is not understood")
    }
    let certificate = daemon.asksForCertificates ? unsafe clientCertificate(of: connection) : nil
    return .success(
        HTTPHead(
            method: unsafe String(cString: method),
            target: target,
            headers: headers,
            client: client,
            isSecure: daemon.isSecure,
            certificateName: certificate?.name,
            certificateProblem: certificate?.problem,
            hasBody: lengths.contains { $0 != "0" } || !encodings.isEmpty
        )
    )
}

/// Longer than any common name (X.520).
private let mostOfName = 256

private func clientCertificate(of connection: OpaquePointer) -> (name: String?, problem: String?) {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: mostOfName) { buffer in
        guard let start = buffer.baseAddress else { return (nil, "there is no memory left") }
        switch unsafe mhd_certificate_name(connection, start, mostOfName) {
        case mhd_certificate_good:
            guard let name = unsafe String(validatingCString: start) else { return (nil, "it has no name") }
            return (name, nil)
        case mhd_certificate_none: return (nil, "none was shown")
        case mhd_certificate_expired: return (nil, "it has expired")
        case mhd_certificate_not_yet_valid: return (nil, "it is not valid yet")
        case mhd_certificate_other_purpose: return (nil, "it is not for clients")
        case mhd_certificate_nameless: return (nil, "it has not one common name")
        default: return (nil, "it is of an authority that is not known here")
        }
    }
}

/// Whether a header is a name that all readers take for the same, and a value without ends of lines.
private func isClean(_ name: String, _ value: String) -> Bool {
    let marks = Set("!#$%&'*+-.^_`|~".utf8)
    return !name.isEmpty
        && name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: marks.contains(byte)
            }
        } && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }
}

private final class HeaderList {
    var pairs: [(name: String, value: String)] = []
}

private func requestHeaders(of connection: OpaquePointer) -> [(name: String, value: String)] {
    let list = HeaderList()
    let pointer = unsafe Unmanaged.passUnretained(list).toOpaque()
    unsafe MHD_get_connection_values_n(
        connection,
        .HEADER_KIND,
        { context, _, name, nameSize, value, valueSize in
            guard let context = unsafe context else { return .YES }
            // With their lengths, because text after a zero must not be overlooked.
            func text(_ start: UnsafePointer<CChar>?, _ size: Int) -> String {
                unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: size), as: UTF8.self)
            }
            let list = unsafe Unmanaged<HeaderList>.fromOpaque(context).takeUnretainedValue()
            unsafe list.pairs.append(
                (name: text(name, nameSize), value: text(value, valueSize))
            )
            return .YES
        },
        pointer
    )
    return list.pairs
}
