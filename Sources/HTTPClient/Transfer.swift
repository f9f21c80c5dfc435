// Long because a transfer is one object that libcurl calls back.
internal import CCurl
import Glibc

/// One transfer of libcurl with what it brings; it stays on the thread of its loop.
@safe
final class Transfer {
    let order: Order
    let handle: UnsafeMutableRawPointer

    private let policy: AddressPolicy
    private let limits: TransferLimits
    private var end = TransferEnd()
    private var headerBytes = 0
    private var isTooLarge = false
    private var refusedAddress: String?
    /// What is still to be sent of a message.
    private var unsent: ArraySlice<UInt8> = []
    private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []
    /// Where libcurl writes what went wrong.
    private let reason = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// Whether this libcurl can be told whom to trust, and what to show.
    private var takesCertificates = true

    private static let mostHeaderBytes = 64 << 10

    init?(_ order: Order, policy: AddressPolicy) {
        guard let handle = unsafe curl_easy_init() else { return nil }
        unsafe self.handle = handle
        self.order = order
        self.policy = policy
        switch order.kind {
        case .http(let request): limits = request.limits
        case .mail(let mail): limits = mail.limits
        }
        unsafe reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        prepare()
        switch order.kind {
        case .http(let request): prepare(request)
        case .mail(let mail): prepare(mail)
        }
        guard takesCertificates else { return nil }
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe lists.forEach { unsafe curl_slist_free_all($0) }
        unsafe reason.deallocate()
    }

    // MARK: Options

    private func prepare() {
        // It lives until it has been removed from the loop, and libcurl calls nothing after that.
        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_NOSIGNAL, 1)
        // The end of a transfer does not wait for a look-up that hangs.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, limits.connect.milliseconds)
        set(CURLOPT_TIMEOUT_MS, limits.total.milliseconds)
        set(CURLOPT_PROXY, "")
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        unsafe ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, reason)
        unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, own)
        unsafe ccurl_set_data_function(handle, CURLOPT_WRITEFUNCTION, writeBody)
        unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, own)
        unsafe ccurl_set_data_function(handle, CURLOPT_HEADERFUNCTION, writeHeader)
        unsafe ccurl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, own)
        unsafe ccurl_set_open_function(handle, openSocket)
    }

    private func prepare(_ request: HTTPRequest) {
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_REDIR_PROTOCOLS_STR, request.url.hasPrefix("https:") ? "https" : "http,https")
        set(CURLOPT_URL, request.url)
        if request.decompresses { set(CURLOPT_ACCEPT_ENCODING, "") }
        set(CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1 : 0)
        set(CURLOPT_MAXREDIRS, request.redirects)
        if let authorities = request.authorities { trust(authorities) }
        if let identity = request.identity { show(identity) }
        if let body = request.body {
            unsafe ccurl_set_number(handle, CURLOPT_POST, 1)
            unsafe ccurl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            unsafe body.withUnsafeBytes { bytes in
                // It is copied; where there is nothing, the address matters not but must be one.
                _ = unsafe ccurl_set_pointer(
                    handle,
                    CURLOPT_COPYPOSTFIELDS,
                    bytes.baseAddress ?? UnsafeRawPointer(reason)
                )
            }
        }
        switch request.method {
        case "GET" where request.body == nil, "POST" where request.body != nil: break
        case "HEAD": set(CURLOPT_NOBODY, 1)
        default: set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        // A header with an empty value is written with a semicolon; one without any is not sent.
        let lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        set(CURLOPT_HTTPHEADER, list: ["Expect:"] + lines)
    }

    private func prepare(_ mail: MailRequest) {
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        set(CURLOPT_URL, "\(mail.encryption == .tls ? "smtps" : "smtp")://\(mail.host):\(mail.port)")
        if mail.encryption != .none { set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        if let login = mail.login {
            set(CURLOPT_USERNAME, login.user)
            set(CURLOPT_PASSWORD, login.password)
        }
        if let authorities = mail.authorities { trust(authorities) }
        set(CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        set(CURLOPT_MAIL_RCPT, list: mail.recipients.map { "<\($0)>" })
        set(CURLOPT_UPLOAD, 1)
        unsent = mail.message[...]
        unsafe ccurl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(mail.message.count))
        unsafe ccurl_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe ccurl_set_data_function(handle, CURLOPT_READFUNCTION, readMessage)
    }

    private func set(_ option: CURLoption, _ value: Int) { unsafe ccurl_set_number(handle, option, value) }

    private func set(_ option: CURLoption, _ value: String) {
        _ = unsafe value.withCString { unsafe ccurl_set_pointer(handle, option, $0) }
    }

    private func trust(_ authorities: [UInt8]) {
        // Otherwise the authorities of the system would be trusted instead.
        set(CURLOPT_CAINFO_BLOB, certificates: authorities)
        // The directory of the system would be trusted, too.
        unsafe ccurl_set_pointer(handle, CURLOPT_CAPATH, nil)
    }

    private func show(_ identity: [UInt8]) {
        set(CURLOPT_SSLCERTTYPE, "PEM")
        set(CURLOPT_SSLCERT_BLOB, certificates: identity)
        set(CURLOPT_SSLKEYTYPE, "PEM")
        set(CURLOPT_SSLKEY_BLOB, certificates: identity)
        // Without one, whoever sits at the terminal would be asked for the password of a key.
        set(CURLOPT_KEYPASSWD, "")
    }

    private func set(_ option: CURLoption, certificates: [UInt8]) {
        unsafe certificates.withUnsafeBytes { bytes in
            let result = unsafe ccurl_set_blob(
                handle,
                option,
                bytes.baseAddress ?? UnsafeRawPointer(reason),
                bytes.count
            )
            if result != CURLE_OK { takesCertificates = false }
        }
    }

    private func set(_ option: CURLoption, list values: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values { unsafe list = curl_slist_append(list, value) }
        guard let list = unsafe list else { return }
        unsafe lists.append(list)
        unsafe ccurl_set_pointer(handle, option, list)
    }

    // MARK: The end

    func outcome(_ code: CURLcode) -> Result<TransferEnd, TransferError> {
        end.status = unsafe ccurl_response_code(handle)
        guard code != CURLE_OK else { return .success(end) }
        var words = unsafe String(cString: reason)
        if words.isEmpty { words = unsafe String(cString: curl_easy_strerror(code)) }
        if isTooLarge { return .failure(.bodyTooLarge(limit: limits.body, status: end.status)) }
        if let refusedAddress, code == CURLE_COULDNT_CONNECT {
            return .failure(.addressRefused(refusedAddress))
        }
        if case .mail = order.kind, end.status >= 400, code != CURLE_OPERATION_TIMEDOUT {
            return .failure(.refused(code: end.status, end.lastLine.isEmpty ? words : end.lastLine))
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return .failure(.unknownHost(words))
        case CURLE_OPERATION_TIMEDOUT: return .failure(.timedOut(words))
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE,
            CURLE_USE_SSL_FAILED,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
            return .failure(.untrusted(words))
        case CURLE_SSL_CERTPROBLEM: return .failure(.identity(words))
        case CURLE_COULDNT_CONNECT, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE,
            CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return .failure(.unreachable(words))
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            return .failure(.invalid(words))
        default:
            return .failure(.failed(words))
        }
    }

    // MARK: What libcurl calls

    fileprivate func append(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard end.body.count + bytes.count <= limits.body else {
            isTooLarge = true
            return false
        }
        unsafe end.body.append(contentsOf: bytes)
        return true
    }

    fileprivate func append(header bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= Self.mostHeaderBytes else { return false }
        let line = unsafe String(decoding: bytes, as: UTF8.self).prefix { !$0.isNewline }
        // A mail server says goodbye after the answer that counts.
        if !line.isEmpty, !line.hasPrefix("221 ") { end.lastLine = String(line) }
        if line.hasPrefix("HTTP/") {
            // The headers of an earlier answer, such as a redirect, are of no interest.
            end.headers = []
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            end.headers.append((String(line[..<colon]), String(value)))
        }
        return true
    }

    fileprivate func next(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let chunk = unsent.prefix(buffer.count)
        unsafe buffer.copyBytes(from: chunk)
        unsent = unsent.dropFirst(chunk.count)
        return chunk.count
    }

    fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        guard let bytes = unsafe Self.bytes(of: address), let target = IPAddress(bytes: bytes) else {
            return -1
        }
        guard policy.permits(target) else {
            refusedAddress = target.description
            return -1
        }
        let kind = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return unsafe socket(address.pointee.family, kind, address.pointee.protocol)
    }

    private static func bytes(of address: UnsafeMutablePointer<curl_sockaddr>) -> [UInt8]? {
        guard let raw = unsafe ccurl_address(address) else { return nil }
        switch unsafe address.pointee.family {
        case AF_INET:
            return unsafe withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) {
                unsafe Array($0)
            }
        case AF_INET6:
            return unsafe withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) {
                unsafe Array($0)
            }
        default: return nil
        }
    }
}

private func transfer(_ own: UnsafeMutableRawPointer) -> Transfer {
    unsafe Unmanaged<Transfer>.fromOpaque(own).takeUnretainedValue()
}

private func writeBody(
    _ data: UnsafeMutablePointer<CChar>?,
    _: Int,
    _ count: Int,
    _ own: UnsafeMutableRawPointer?
) -> Int {
    guard let own = unsafe own else { return 0 }
    let bytes = unsafe UnsafeRawBufferPointer(start: data, count: count)
    return unsafe transfer(own).append(body: bytes) ? count : count + 1
}

private func writeHeader(
    _ data: UnsafeMutablePointer<CChar>?,
    _: Int,
    _ count: Int,
    _ own: UnsafeMutableRawPointer?
) -> Int {
    guard let own = unsafe own else { return 0 }
    let bytes = unsafe UnsafeRawBufferPointer(start: data, count: count)
    return unsafe transfer(own).append(header: bytes) ? count : count + 1
}

private func readMessage(
    _ data: UnsafeMutablePointer<CChar>?,
    _: Int,
    _ count: Int,
    _ own: UnsafeMutableRawPointer?
) -> Int {
    guard let own = unsafe own else { return 0 }
    return unsafe transfer(own).next(into: UnsafeMutableRawBufferPointer(start: data, count: count))
}

private func openSocket(
    _ own: UnsafeMutableRawPointer?,
    _: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> Int32 {
    guard let own = unsafe own, let address = unsafe address else { return -1 }
    return unsafe transfer(own).open(address)
}

extension Duration {
    /// At least one: 0 would be no limit.
    fileprivate var milliseconds: Int {
        max(1, Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000))
    }
}
