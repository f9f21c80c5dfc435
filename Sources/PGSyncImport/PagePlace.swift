internal import Days
internal import HTTPClient
internal import JSON
import PGSyncRemote
import PGSyncRules
import PGSyncStore
import Postgres

/// Where in a span of a stream the next page is.
struct PagePlace: Equatable {
    /// As the kind of pages says: a number, a token, a key or a URL; nil at the first page.
    var token: String?
    /// Of pages that are counted by rows: the key of the row that the page begins with, if none has moved meanwhile.
    var expectedKey: String?

    /// `isCounted` where rows are counted, and a key follows the number.
    init(_ text: String?, isCounted: Bool) {
        token = text
        guard isCounted, let text, let blank = text.firstIndex(of: " ") else { return }
        token = String(text[..<blank])
        expectedKey = String(text[text.index(after: blank)...])
    }

    var text: String? {
        guard let token else { return nil }
        return expectedKey.map { "\(token) \($0)" } ?? token
    }
}

/// The URLs of the pages of a stream.
struct PageAddresses {
    let definition: ImportDefinition
    let stream: ImportStream

    /// The place that was kept as a text.
    func place(_ text: String?) -> PagePlace {
        if case .offset = stream.pager {
            PagePlace(text, isCounted: true)
        } else {
            PagePlace(text, isCounted: false)
        }
    }

    func url(of slice: ImportSlice, at place: PagePlace) -> String {
        switch (stream.pager, place.token) {
        case (.link, let url?), (.next, let url?): return url
        default: break
        }
        var query = stream.parameters.map { ($0.name, $0.value) }
        if let changed = stream.changed {
            if let since = slice.since { query.append((changed.since, since.written(as: changed.form))) }
            if let before = changed.before, let until = slice.until {
                query.append((before, until.written(as: changed.form)))
            }
        }
        if let size = stream.pager.size { query.append((size.parameter, String(size.rows))) }
        switch stream.pager {
        case .page(let parameter, let first, _, _): query.append((parameter, place.token ?? String(first)))
        case .offset(let parameter, _, _): query.append((parameter, place.token ?? "0"))
        case .cursor(_, let parameter, _), .after(let parameter, _, _):
            if let token = place.token { query.append((parameter, token)) }
        case .single, .link, .next: break
        }
        let url = definition.url(of: stream.path)
        guard !query.isEmpty else { return url }
        let written = query.map { "\($0.0.urlEncoded)=\($0.1.urlEncoded)" }.joined(separator: "&")
        return url + (url.contains("?") ? "&" : "?") + written
    }

    /// The place of the page after a page; nil after the last.
    ///
    /// Pages counted by rows overlap by one, which shows whether rows have moved while they were read.
    func next(after page: ImportPage, at place: PagePlace, answer: CallRunner.Answer) -> PagePlace? {
        let (link, url) = (Self.link(in: answer.reply), answer.url)
        if case .offset(_, let size, let end) = stream.pager {
            let rows = page.rows.count
            let isLast =
                switch end {
                case .empty: rows <= (place.expectedKey == nil ? 0 : 1)
                case .short: rows < size.rows
                case .flag: page.flag != true
                }
            guard !isLast else { return nil }
            // A page of one row would not get on, and one that ends in a row without a key could not be told.
            let key = rows > 1 ? page.rows.last.flatMap { stream.keyText(of: $0) } : nil
            var next = place
            next.token = String((Int(place.token ?? "0") ?? 0) + (key == nil ? rows : rows - 1))
            next.expectedKey = key
            return next
        }
        guard !stream.isLast(page, link: link) else { return nil }
        var next = PagePlace(nil, isCounted: false)
        switch stream.pager {
        case .single, .offset: return nil
        case .page(_, let first, _, _): next.token = String((place.token.flatMap { Int($0) } ?? first) + 1)
        case .cursor: next.token = page.cursor
        case .link: next.token = link.map { resolved($0, from: url) }
        case .next: next.token = page.next.map { resolved($0, from: url) }
        case .after: next.token = page.lastKey
        }
        return next.token == nil ? nil : next
    }

    /// The next places as far as they are known: by how many rows there are, or only the next.
    func known(from next: PagePlace, total: Int?, most: Int) -> [PagePlace] {
        guard most > 0 else { return [] }
        var places = [next]
        guard let total, let size = stream.pager.size?.rows, let token = next.token.flatMap({ Int($0) })
        else {
            return places
        }
        let (step, end): (Int, Int)
        switch stream.pager {
        case .page(_, let first, _, _): (step, end) = (1, first + (total + size - 1) / size)
        // They overlap by one row.
        case .offset: (step, end) = (max(size - 1, 1), total)
        default: return places
        }
        while places.count < most, token + places.count * step < end {
            places.append(PagePlace(String(token + places.count * step), isCounted: false))
        }
        return places
    }

    /// An API may repeat the secret in the address of its next page, and that address is kept.
    private func resolved(_ next: String, from url: String) -> String {
        definition.withoutSecret(RemoteCall.resolve(next, from: url))
    }

    /// The URL that the header Link names as the next (RFC 8288).
    static func link(in reply: HTTPReply) -> String? {
        for header in reply.headers where header.name.lowercased() == "link" {
            var rest = header.value[...]
            while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
                let url = rest[rest.index(after: open)..<close]
                rest = rest[rest.index(after: close)...]
                var parts = rest.parts(endingWith: ",")
                if parts.isEmpty { parts = [rest] }
                let isNext = parts[0].parts(endingWith: ";").contains { parameter in
                    let words = parameter.split(separator: "=", maxSplits: 1)
                    guard words.count == 2, words[0].trimmingBlanks.lowercased() == "rel" else {
                        return false
                    }
                    return words[1].split { $0 == "\"" || $0 == " " }.contains { $0.lowercased() == "next" }
                }
                if isNext { return String(url) }
                rest = rest[parts[0].endIndex...]
            }
        }
        return nil
    }
}

extension Substring {
    /// What is between signs that are not in quotes.
    fileprivate func parts(endingWith sign: Character) -> [Substring] {
        var isQuoted = false
        return split { character in
            if character == "\"" { isQuoted.toggle() }
            return character == sign && !isQuoted
        }
    }

    fileprivate var trimmingBlanks: Substring {
        let kept = drop { $0 == " " }
        return kept.prefix(kept.count - kept.reversed().prefix { $0 == " " }.count)
    }
}

extension Timestamp {
    func written(as form: ImportChanged.Form) -> String {
        let seconds = microsecondsSinceEpoch.flooredDivision(by: 1_000_000)
        switch form {
        case .iso:
            // Without a fraction where there is none, which some cannot read.
            return seconds.remainder == 0 ? "\(description.prefix(19))Z" : description
        case .date: return String(description.prefix(10))
        case .seconds: return String(seconds.quotient)
        case .milliseconds: return String(microsecondsSinceEpoch.flooredDivision(by: 1_000).quotient)
        }
    }
}

extension ImportStream {
    /// Whether the places of pages follow from how many rows there are.
    var announcesPages: Bool {
        switch pager {
        case .page, .offset: countPath != nil && pager.size != nil
        default: false
        }
    }

    /// The key of a row as it came, to tell pages apart; nil if it has none.
    func keyText(of row: JSONValue) -> String? { keyTexts(of: row).map(PageReader.id) }
}
