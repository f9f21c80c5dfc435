/// Checks what a line of an import cannot know of the others, and makes the definition.
struct ImportChecker {
    private(set) var faults: [Fault] = []

    mutating func check(_ draft: ImportDraft) -> ImportDefinition? {
        if draft.base == nil, !draft.unread.contains("base") {
            fail(
                draft.name,
                "the import \(draft.name.value) lacks its base",
                "such as base 'https://crm.example/api'"
            )
        }
        let hosts = checkHosts(draft)
        checkSecret(draft)
        checkBudgets(draft.budgets)
        if draft.streams.isEmpty, !draft.unread.contains("stream") {
            fail(
                draft.name,
                "the import \(draft.name.value) has no stream",
                "such as stream merchants into crm.merchants key id"
            )
        }
        for stream in draft.streams { check(stream) }
        checkOrder(draft)
        guard let base = draft.base?.value else { return nil }
        var definition = ImportDefinition(name: draft.name.value, version: draft.version, base: base)
        definition.hosts = hosts
        definition.secret = draft.secret?.value
        definition.auth = draft.auth?.value.resolved(below: base)
        definition.settingsPrefix = draft.settingsPrefix
        definition.budgets = draft.budgets.map(\.value).sorted { $0.span < $1.span }
        definition.parallel = draft.parallel ?? definition.parallel
        definition.retries = draft.retries ?? definition.retries
        definition.backoff = draft.backoff ?? definition.backoff
        definition.timeout = draft.timeout ?? definition.timeout
        definition.breakerFailures = draft.breaker?.failures ?? definition.breakerFailures
        definition.breakerReset = draft.breaker?.reset ?? definition.breakerReset
        definition.conditions = draft.conditions
        definition.settle = draft.settle ?? definition.settle
        definition.headers = draft.headers
        definition.streams = draft.streams.map(\.stream)
        return definition
    }

    private mutating func fail(_ place: Located<String>, _ message: String, _ help: String? = nil) {
        fail(place.range, message, help)
    }

    private mutating func fail(_ range: SourceRange, _ message: String, _ help: String? = nil) {
        faults.append(Fault(range, message, help: help))
    }

    // MARK: The import

    private mutating func checkHosts(_ draft: ImportDraft) -> [String] {
        guard let base = draft.base?.value else { return [] }
        if draft.hosts.isEmpty, draft.unread.contains("hosts") { return [] }
        let hosts = draft.hosts.isEmpty ? [base.host] : draft.hosts.map(\.value)
        if !hosts.contains(base.host) {
            fail(draft.hosts[0], "the hosts lack that of the base", "add '\(base.host)'")
        }
        for (index, host) in draft.hosts.enumerated() where hosts[..<index].contains(host.value) {
            fail(host, "the host \(host.value) is listed twice")
        }
        for host in draft.otherHosts where !hosts.contains(host.value) {
            fail(
                host,
                "the host \(host.value) is not among the hosts",
                "add it: hosts '\(base.host)', '\(host.value)'"
            )
        }
        return hosts
    }

    private mutating func checkSecret(_ draft: ImportDraft) {
        guard draft.unread.isDisjoint(with: ["auth", "secret"]) else { return }
        var needsSecret = false
        if let auth = draft.auth {
            if case .oauth = auth.value {} else { needsSecret = true }
            if needsSecret, draft.secret == nil {
                fail(auth.range, "{secret} stands for no secret", "say where it is: secret env:NAME")
            }
        }
        if let secret = draft.secret, !needsSecret {
            fail(
                secret.range,
                "nothing uses the secret",
                "such as auth header 'Authorization' 'Bearer {secret}'"
            )
        }
    }

    private mutating func checkBudgets(_ budgets: [Located<ImportBudget>]) {
        for (index, budget) in budgets.enumerated()
        where budgets[..<index].contains(where: { $0.value.span == budget.value.span }) {
            fail(budget.range, "there are two budgets per \(budget.value.name)")
        }
    }

    /// Streams have names of their own, and follow others without a circle.
    private mutating func checkOrder(_ draft: ImportDraft) {
        let names = draft.streams.map(\.name.value)
        for (index, stream) in draft.streams.enumerated() where names[..<index].contains(stream.name.value) {
            fail(stream.name, "the stream \(stream.name.value) is listed twice")
        }
        var isKnown = true
        for after in draft.streams.flatMap(\.after) where !names.contains(after.value) {
            isKnown = false
            guard !draft.unread.contains("stream") else { continue }
            fail(
                after,
                "there is no stream \(after.value)",
                Spelling.nearest(to: after.value, among: names).map { "did you mean \($0)?" }
            )
        }
        guard isKnown else { return }
        var rest = draft.streams
        while let index = rest.firstIndex(where: { stream in
            !stream.after.contains { after in rest.contains { $0.name.value == after.value } }
        }) {
            rest.remove(at: index)
        }
        // Some that are left only follow those of the circle: going back from any leads into it.
        guard var stream = rest.first else { return }
        var passed: Set<String> = []
        func waiting(_ stream: StreamDraft) -> (after: Located<String>, before: StreamDraft)? {
            for after in stream.after {
                if let before = rest.first(where: { $0.name.value == after.value }) { return (after, before) }
            }
            return nil
        }
        while let (after, before) = waiting(stream) {
            guard passed.insert(stream.name.value).inserted else {
                fail(after, "\(stream.name.value) waits for itself: streams follow each other in a circle")
                return
            }
            stream = before
        }
    }

    // MARK: A stream

    private mutating func check(_ draft: StreamDraft) {
        let stream = draft.stream
        let columns = Set(draft.columns.map(\.value))
        if draft.places["get"] == nil, !draft.unread.contains("get") {
            fail(draft.name, "the stream \(stream.name) lacks its path", "such as get '/\(stream.name)'")
        }
        if stream.isOneRow, let pager = draft.places["pager"] {
            fail(pager, "an answer that is one row has no pages", "write rows and a path for a list")
        }
        if columns.isEmpty, !draft.unread.contains("column") {
            fail(draft.name, "the stream \(stream.name) has no column", "such as column id bigint")
        } else if !columns.isEmpty {
            let failing = stream.examples.compactMap { example -> Located<String>? in
                if case .failure(_, let column) = example.expectation { column } else { nil }
            }
            let changed = draft.changedColumn.map { [$0] } ?? []
            let named = draft.key + draft.privateColumns + changed + failing
            for name in named where !columns.contains(name.value) {
                fail(
                    name,
                    "\(name.value) is not among the columns of \(stream.name)",
                    Spelling.nearest(to: name.value, among: columns).map { "did you mean \($0)?" }
                        ?? "add it: column \(name.value) and its type"
                )
            }
        }
        for name in draft.key {
            guard let type = stream.column(name.value)?.type, type == .double || type == .jsonb else {
                continue
            }
            fail(name, "a \(type) cannot be part of a key", "two of the same need not be equal")
        }
        if let name = draft.changedColumn, let type = stream.column(name.value)?.type,
            ![.timestamptz, .timestamp, .date].contains(type)
        {
            fail(name, "\(name.value) says when a row changed, and is a \(type)", "make it a timestamptz")
        }
        if let name = draft.markColumn, columns.contains(name.value) {
            fail(
                name,
                "\(name.value) is read from the rows already",
                "mark a column that the API knows nothing of"
            )
        }
        checkChanges(draft)
        checkItem(draft)
        if case .after = stream.pager, draft.key.count > 1, let place = draft.places["pager"] {
            fail(place, "only a key of one column says after which row a page begins")
        }
    }

    private mutating func checkChanges(_ draft: StreamDraft) {
        let stream = draft.stream
        guard !draft.unread.contains("changed") else { return }
        let help = "such as changed updated_at since 'updated_since'"
        for word in ["history", "remembers"] where stream.changed == nil {
            if let place = draft.places[word], !draft.unread.contains(word) {
                fail(place, "'\(word)' needs 'changed'", help)
            }
        }
        if stream.changed != nil, stream.changed?.before == nil, let place = draft.places["by"] {
            fail(
                place,
                "history comes in parts only where 'changed' has 'before'",
                "such as before 'updated_before'"
            )
        }
    }

    /// The path of one row has a place for each column of the key, and no other.
    private mutating func checkItem(_ draft: StreamDraft) {
        guard let path = draft.stream.itemPath, let place = draft.places["item"] else { return }
        guard let names = Self.places(of: path) else {
            return fail(place, "a place such as {id} is not closed, or has no name")
        }
        for name in names where !draft.stream.key.contains(name) {
            fail(
                place,
                "{\(name)} is no column of the key",
                "the key is \(draft.stream.key.joined(separator: ", "))"
            )
        }
        for name in draft.stream.key where !names.contains(name) {
            fail(place, "the path of a row lacks {\(name)}", "all columns of the key tell a row from others")
        }
    }

    /// The names in braces of a path; nil where the braces do not match.
    static func places(of path: String) -> [String]? {
        var names: [String] = []
        var rest = path[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{" else { return nil }
            let inner = rest[rest.index(after: open)...]
            guard let close = inner.firstIndex(where: { $0 == "{" || $0 == "}" }), inner[close] == "}",
                close > inner.startIndex
            else { return nil }
            names.append(String(inner[..<close]))
            rest = inner[inner.index(after: close)...]
        }
        return names
    }
}

extension ImportAuth {
    /// With the URL of a path that gives tokens.
    fileprivate func resolved(below base: ImportAddress) -> ImportAuth {
        guard case .oauth(let oauth) = self, oauth.url.hasPrefix("/") else { return self }
        return .oauth(
            ImportOAuth(
                url: base.description + oauth.url,
                client: oauth.client,
                secret: oauth.secret,
                refresh: oauth.refresh
            )
        )
    }
}
