package import JSON

/// What an answer has: rows, and how it goes on.
package struct ImportPage: Sendable, Equatable {
    /// As they are; some may turn out to be no rows.
    package let rows: [JSONValue]
    /// Whether there are more, where the pager has a flag.
    package internal(set) var flag: Bool?
    /// Where the next page begins, for `cursor`; nil after the last.
    package internal(set) var cursor: String?
    /// The URL of the next page, for `next`, which `allows` must allow; nil after the last.
    package internal(set) var next: String?
    /// The key of the last row, for `after`; nil where there are no rows.
    package internal(set) var lastKey: String?
    /// How many rows there are in all pages, where the answer says it.
    package internal(set) var total: Int?

    package init(rows: [JSONValue]) { self.rows = rows }
}

extension ImportStream {
    /// Reads an answer: its rows, and what the pager needs for the next page.
    ///
    /// It fails where it could only guess: a missing flag or an odd cursor would else end a walk early, unnoticed.
    package func page(body: JSONValue) -> Result<ImportPage, ImportFault> {
        do throws(ImportFault) { return .success(try readPage(body)) } catch { return .failure(error) }
    }

    private func readPage(_ body: JSONValue) throws(ImportFault) -> ImportPage {
        let place = rowsPath == .root ? "the answer" : "'\(rowsPath)' of the answer"
        guard let value = rowsPath.value(in: body) else { throw fault("\(place) is not there") }
        let rows: [JSONValue]
        switch value {
        case .array(let listed) where !isOneRow: rows = listed
        case .object where isOneRow: rows = [value]
        default: throw fault("\(place) is \(value.kind), and no \(isOneRow ? "object" : "array")")
        }
        var page = ImportPage(rows: rows)
        switch pager {
        case .page(_, _, _, let end), .offset(_, _, let end):
            page.flag = try flag(of: end, in: body)
        case .after(_, _, let end):
            page.flag = try flag(of: end, in: body)
            page.lastKey = try lastKey(of: rows)
            if rows.isEmpty, page.flag == true {
                throw fault("the answer has no rows, and says there are more")
            }
        case .cursor(let path, _, _): page.cursor = try token(at: path, in: body)
        case .next(let path, _): page.next = try token(at: path, in: body)
        case .single, .link: break
        }
        if let countPath, let value = countPath.value(in: body), value != .null {
            guard let total = value.plainText.flatMap(Int.init), total >= 0 else {
                throw fault("'\(countPath)' of the answer is \(value.kind) that counts no rows")
            }
            page.total = total
        }
        return page
    }

    /// Whether no page follows a page; for `link`, the URL of the header Link is needed to know.
    package func isLast(_ page: ImportPage, link: String? = nil) -> Bool {
        switch pager {
        case .single: return true
        case .cursor: return page.cursor == nil
        case .next: return page.next == nil
        case .link: return link == nil
        case .page(_, _, _, let end), .offset(_, _, let end), .after(_, _, let end):
            switch end {
            case .empty: return page.rows.isEmpty
            case .short: return page.rows.count < (pager.size?.rows ?? 1)
            case .flag: return page.flag != true
            }
        }
    }

    private func flag(of end: PageEnd, in body: JSONValue) throws(ImportFault) -> Bool? {
        guard case .flag(let path) = end else { return nil }
        switch path.value(in: body) {
        case .bool(let flag)?: return flag
        case .string("true")?: return true
        case .string("false")?: return false
        case let value:
            throw fault("'\(path)' of the answer is \(value?.kind ?? "not there"), and not true or false")
        }
    }

    /// A text or a number; nil where it is missing, null or empty.
    private func token(at path: JSONPath, in body: JSONValue) throws(ImportFault) -> String? {
        switch path.value(in: body) {
        case nil, .null?, .string("")?: return nil
        case .string(let text)?: return text
        case .number(let number)?: return number.text
        case let value?: throw fault("'\(path)' of the answer is \(value.kind), and says not what comes next")
        }
    }

    private func lastKey(of rows: [JSONValue]) throws(ImportFault) -> String? {
        guard let row = rows.last else { return nil }
        guard let name = key.first, let column = column(name) else { return nil }
        switch column.path.value(in: row) {
        case .string(let text)? where !text.isEmpty: return text
        case .number(let number)?: return number.text
        default: throw fault("the last row has no key to go on from")
        }
    }

    private func fault(_ message: String) -> ImportFault {
        ImportFault(errorClass: .answer, column: nil, message: message)
    }
}
