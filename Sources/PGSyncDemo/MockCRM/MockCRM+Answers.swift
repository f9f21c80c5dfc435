internal import Compression
internal import Concurrency
import HTTPServer
internal import JSON

extension MockCRM {
    private static let styles: Set = ["page", "offset", "cursor", "link", "next", "after"]

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let (call, fault, isTooMuch) = arrive(request)
        if case .act(let body)? = fault { await body(self) }
        var latency = options.latency
        if case .late(let more)? = fault { latency += more }
        if latency > .zero { try? await Task.sleep(for: latency) }
        var response = isTooMuch ?? answer(request, fault)
        let now = state.withLock { Self.now($0) }
        response.headers.append(("Date", MockTime.httpDate(now)))
        let status = response.status
        state.withLock { state in
            state.calls[call.number - 1].status = status
            state.active -= 1
        }
        return response
    }

    /// Records a call, and finds what is done to it.
    private func arrive(_ request: HTTPRequest) -> (Call, MockFault?, HTTPResponse?) {
        state.withLock { [options] state in
            let now = ContinuousClock.now
            var call = Call(
                number: state.calls.count + 1,
                at: now,
                method: request.head.method,
                target: request.head.target
            )
            var fault: MockFault?
            if let place = state.scripts.firstIndex(where: { $0.times != 0 && $0.matches(call) }) {
                fault = state.scripts[place].fault
                if let times = state.scripts[place].times { state.scripts[place].times = times - 1 }
            }
            call.fault = fault?.name
            state.calls.append(call)
            state.active += 1
            state.mostActive = max(state.mostActive, state.active)
            var wait: Duration?
            for budget in options.budgets {
                let inSpan = state.arrivals.filter { $0 > now - budget.span }
                if inSpan.count >= budget.calls, let first = inSpan.first {
                    wait = max(wait ?? .zero, first + budget.span - now)
                }
            }
            guard let wait else {
                if !options.budgets.isEmpty { state.arrivals.append(now) }
                return (call, fault, nil)
            }
            var response = Self.json(429, #"{"error":"too many calls"}"#)
            response.headers.append(("Retry-After", String(wait.components.seconds + 1)))
            return (call, fault, response)
        }
    }

    private static func json(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: text)
    }

    private func answer(_ request: HTTPRequest, _ fault: MockFault?) -> HTTPResponse {
        switch fault {
        case .status(let status, let headers, let body)?:
            var response = Self.json(status, body)
            for header in headers { response.headers.append((header.name, header.value)) }
            return response
        case .drip?:
            return Self.stream { stream in
                while !stream.isGone {
                    _ = stream.offer([UInt8(ascii: " ")])
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
        case .huge?:
            return Self.stream { stream in
                let block = [UInt8](repeating: UInt8(ascii: " "), count: 60 << 10)
                var left = 300_000_000
                while left > 0, !stream.isGone {
                    if stream.offer(block) {
                        left -= block.count
                    } else {
                        try? await Task.sleep(for: .milliseconds(1))
                    }
                }
            }
        case .bomb?:
            let packed =
                Gzip.compress([UInt8](repeating: UInt8(ascii: " "), count: 40_000_000), level: 1) ?? []
            return HTTPResponse(
                headers: [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
                body: .bytes(packed)
            )
        default: break
        }
        let response: HTTPResponse
        if request.head.path == ["api", "v1", "oauth", "token"] {
            response = token(for: request)
        } else if isKnown(request.head) {
            response = data(request.head, fault)
        } else {
            response = Self.json(401, #"{"error":"who are you?"}"#)
        }
        switch fault {
        case .cut?:
            let half = Array(response.text.utf8.prefix(response.text.utf8.count / 2))
            return Self.stream { stream in
                _ = stream.offer(half)
                try? await Task.sleep(for: .milliseconds(20))
                stream.breakOff()
            }
        case .rewritten(let change)?:
            var changed = response
            changed.body = .bytes(Array(change(response.text).utf8))
            return changed
        default: return response
        }
    }

    private static func stream(_ body: @escaping @Sendable (ResponseStream) async -> Void) -> HTTPResponse {
        HTTPResponse(headers: [("Content-Type", "application/json")], body: .stream(body))
    }

    // MARK: Who calls

    private func isKnown(_ head: HTTPHead) -> Bool {
        let shown = head["Authorization"]
        if options.client != nil {
            return state.withLock { state in
                guard let shown, shown.hasPrefix("Bearer "),
                    state.tokens.access.contains(String(shown.dropFirst(7)))
                else { return false }
                // The answer with it has come.
                state.tokens.previous = nil
                return true
            }
        }
        guard let key = options.key else { return true }
        return shown == "Bearer \(key)"
            || head.query?.contains { $0.name == "api_key" && $0.value == key } == true
    }

    private func token(for request: HTTPRequest) -> HTTPResponse {
        let form = String(decoding: request.body, as: UTF8.self)
        guard let client = options.client, request.head["Authorization"]?.hasPrefix("Basic ") == true,
            !client.name.isEmpty,
            let given = form.split(separator: "&").first(where: { $0.hasPrefix("refresh_token=") })
        else { return Self.json(401, #"{"error":"invalid_client"}"#) }
        return state.withLock { [options] state in
            let token = String(given.dropFirst("refresh_token=".count))
            guard token == state.tokens.refresh || token == state.tokens.previous else {
                return Self.json(400, #"{"error":"invalid_grant"}"#)
            }
            state.tokens.given += 1
            let access = "access-\(state.tokens.given)"
            state.tokens.access = [access]
            guard options.rotates else { return Self.json(200, #"{"access_token":"\#(access)"}"#) }
            state.tokens.previous = token
            state.tokens.refresh = "refresh-\(state.tokens.given)"
            return Self.json(
                200,
                #"{"access_token":"\#(access)","refresh_token":"\#(state.tokens.refresh)","expires_in":3600}"#
            )
        }
    }

    // MARK: Rows

    private func data(_ head: HTTPHead, _ fault: MockFault?) -> HTTPResponse {
        guard var path = head.path, path.prefix(2) == ["api", "v1"] else { return Self.json(404, "{}") }
        path.removeFirst(2)
        let style = path.first.flatMap { Self.styles.contains($0) ? $0 : nil }
        if style != nil { path.removeFirst() }
        guard let entity = path.first.flatMap(MockEntity.init), let rows = state.withLock({ $0.rows[entity] })
        else {
            return Self.json(404, #"{"error":"there is no such list"}"#)
        }
        path.removeFirst()
        guard path.isEmpty else {
            guard let number = rows.number(ofKey: path), rows.contains(number) else {
                return Self.json(404, #"{"error":"there is no such row"}"#)
            }
            return Self.json(200, #"{"data":\#(rows.text(of: number))}"#)
        }
        guard let page = MockPage(head, style: style ?? "page", rows, options, fault) else {
            return Self.json(400, #"{"error":"a parameter is none"}"#)
        }
        var response = Self.json(200, page.body)
        if style == "link", let next = page.next {
            response.headers.append(("Link", "<\(next)>; rel=\"next\""))
        }
        return response
    }
}

/// A page of a list.
private struct MockPage {
    let body: String
    /// The URL of the next.
    let next: String?

    init?(_ head: HTTPHead, style: String, _ rows: MockRows, _ options: MockCRM.Options, _ fault: MockFault?)
    {
        guard let query = head.query else { return nil }
        func value(_ names: String...) -> String? { query.first { names.contains($0.name) }?.value }
        func time(_ name: String) -> Int?? {
            guard let text = value(name) else { return .some(nil) }
            return MockTime.time(text).map { .some($0) } ?? nil
        }
        guard let since = time("updated_since"), let before = time("updated_before"),
            let asked = Int(value("per_page", "limit") ?? "50"), asked > 0
        else { return nil }
        let selection = rows.selection(since: since, before: before)
        let (size, isDown) = (min(asked, options.mostRows), value("order") == "desc")
        func number(at place: Int) -> Int {
            selection.number(at: isDown ? selection.count - 1 - place : place)
        }
        /// How many come before what follows a row.
        func places(through number: Int) -> Int {
            isDown
                ? selection.count - selection.places(through: number - 1) : selection.places(through: number)
        }
        var start: Int
        switch style {
        case "page":
            guard let page = Int(value("page") ?? "1"), page > 0 else { return nil }
            start = (page - 1) * size
        case "offset":
            guard let offset = Int(value("offset") ?? "0"), offset >= 0 else { return nil }
            start = offset
        default:
            guard let text = value("cursor", "after") else {
                start = 0
                break
            }
            guard let number = Int(text.split(separator: " ").last ?? "") else { return nil }
            start = places(through: number)
        }
        if case .repeated? = fault { start = max(start - size, 0) }
        let end = min(start + size, selection.count)
        let numbers = start < end ? (start..<end).map { number(at: $0) } : []
        var cursor = end < selection.count ? numbers.last.map { "c \($0)" } : nil
        if case .circular? = fault { cursor = value("cursor") ?? cursor }
        var texts: [String] = []
        if case .empty? = fault {} else { texts = numbers.map { rows.text(of: $0) } }

        next = cursor.map { cursor in
            let kept = query.filter { $0.name != "cursor" }.map { "\($0.name)=\($0.value.escaped)" }
            return "http://\(head["Host"] ?? "")\(head.rawPath)?"
                + (kept + ["cursor=\(cursor.escaped)"]).joined(separator: "&")
        }
        let total = options.tellsTotal ? #""total":\#(selection.count),"# : ""
        let words = cursor.map { JSONValue.string($0).text() } ?? "null"
        let link = next.map { JSONValue.string($0).text() } ?? "null"
        body =
            #"{"data":[\#(texts.joined(separator: ","))],"meta":{\#(total)"next":\#(words),"has_more":\#(cursor != nil)},"#
            + #""links":{"next":\#(link)}}"#
    }
}

extension String {
    /// As a query has it.
    fileprivate var escaped: String {
        var text = ""
        for byte in utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCII,
                scalar.properties.isAlphabetic || "0123456789-._~".unicodeScalars.contains(scalar)
            {
                text.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
