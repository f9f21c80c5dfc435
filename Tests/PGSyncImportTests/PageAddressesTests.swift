@testable import HTTPClient
import JSON
@testable import PGSyncRemote
@testable import PGSyncStore
import Postgres
import Testing

@testable import PGSyncImport
@testable import PGSyncRules

@Suite("The addresses of pages")
struct PageAddressesTests {
    private func addresses(_ pager: String, _ lines: String..., head: String = "") throws -> PageAddresses {
        let text = """
            import shop version 1
              base 'https://shop.example/api'
              \(head)
              stream items into shop.items key id
                get '/items'
                \(pager)
                rows 'data'
                \(lines.joined(separator: "\n    "))
                column id text
                column updated_at timestamptz

            """
        let file = ImportFile(name: "shop.import", text: text)
        #expect(file.problems == [])
        let definition = try #require(file.definition)
        return PageAddresses(definition: definition, stream: definition.streams[0])
    }

    private func page(_ body: String, _ addresses: PageAddresses) throws -> ImportPage {
        try addresses.stream.page(body: JSONValue(parsing: body)).get()
    }

    private func reply(_ link: String? = nil) -> HTTPReply {
        HTTPReply(status: 200, headers: link.map { [(name: "Link", value: $0)] } ?? [], body: [])
    }

    private let slice = ImportSlice(
        range: "x",
        since: Timestamp(microsecondsSinceEpoch: 1_700_000_000_000_000),
        until: Timestamp(microsecondsSinceEpoch: 1_700_000_000_500_000),
        nextPage: nil,
        pages: 0
    )
    private let everything = ImportSlice(range: "x", since: nil, until: nil, nextPage: nil, pages: 0)

    @Test("have the span in each form, the parameters, the size and the place")
    func urls() throws {
        for (form, written) in [
            ("", "since=2023-11-14T22%3A13%3A20Z&before=2023-11-14T22%3A13%3A20.5Z"),
            ("as date", "since=2023-11-14&before=2023-11-14"),
            ("as seconds", "since=1700000000&before=1700000000"),
            ("as milliseconds", "since=1700000000000&before=1700000000500"),
        ] {
            let addresses = try addresses(
                "page 'page' from 0 size 'n' 2 until empty",
                "with 'status' 'a b'",
                "changed updated_at since 'since' before 'before' \(form)"
            )
            let url = addresses.url(of: slice, at: PagePlace(nil, isCounted: false))
            #expect(
                url == "https://shop.example/api/items?status=a%20b&\(written)&n=2&page=0"
                    || url.replacing(".500000Z", with: ".5Z")
                        == "https://shop.example/api/items?status=a%20b&\(written)&n=2&page=0",
                "\(url)"
            )
            #expect(
                addresses.url(of: everything, at: PagePlace("7", isCounted: false))
                    == "https://shop.example/api/items?status=a%20b&n=2&page=7"
            )
        }
    }

    @Test("of rows that are counted overlap by one, but only where the last row of a page is known")
    func offsets() throws {
        let addresses = try addresses("offset 'o' size 'n' 3 until short")
        func next(_ ids: String..., after place: String? = nil) throws -> String? {
            let rows = ids.map { $0.isEmpty ? "{}" : #"{"id":"\#($0)"}"# }.joined(separator: ",")
            return addresses.next(
                after: try page(#"{"data":[\#(rows)]}"#, addresses),
                at: PagePlace(place, isCounted: true),
                answer: CallRunner.Answer(reply: reply(), url: "u")
            )?.text
        }
        #expect(try next("a", "b", "c") == "2 c")
        #expect(try next("c", "d", "e", after: "2 c") == "4 e")
        #expect(try next("c", "d", after: "2 c") == nil)
        // A row without its key must not end the walk.
        #expect(try next("a", "b", "") == "3")
        #expect(try next("d", "e", "f", after: "3") == "5 f")
        let single = try self.addresses("offset 'o' size 'n' 1 until empty")
        let first = single.next(
            after: try page(#"{"data":[{"id":"a"}]}"#, single),
            at: PagePlace(nil, isCounted: true),
            answer: CallRunner.Answer(reply: reply(), url: "u")
        )
        #expect(first?.text == "1")
        let second = single.next(
            after: try page(#"{"data":[{"id":"b"}]}"#, single),
            at: PagePlace("1", isCounted: true),
            answer: CallRunner.Answer(reply: reply(), url: "u")
        )
        #expect(second?.text == "2")
        #expect(
            single.next(
                after: try page(#"{"data":[]}"#, single),
                at: PagePlace("2", isCounted: true),
                answer: CallRunner.Answer(reply: reply(), url: "u")
            ) == nil
        )
    }

    @Test(
        "are the same after a restart, whatever is in them",
        arguments: ["a b", "c 7", " x", "1 2 3", "ü/?&"]
    )
    func resumed(token: String) throws {
        let cursor = try addresses("cursor 'next' as 'cursor'")
        let next = try #require(
            cursor.next(
                after: try page(#"{"data":[{"id":"1"}],"next":\#(JSONValue.string(token).text())}"#, cursor),
                at: PagePlace(nil, isCounted: false),
                answer: CallRunner.Answer(reply: reply(), url: "u")
            )
        )
        let after = try addresses("after 'after' until empty")
        let behind = try #require(
            after.next(
                after: try page(#"{"data":[{"id":\#(JSONValue.string(token).text())}]}"#, after),
                at: PagePlace(nil, isCounted: false),
                answer: CallRunner.Answer(reply: reply(), url: "u")
            )
        )
        for (addresses, place) in [(cursor, next), (after, behind)] {
            let resumed = addresses.place(place.text)
            #expect(resumed == place)
            #expect(addresses.url(of: everything, at: resumed) == addresses.url(of: everything, at: place))
        }
    }

    @Test("of a key with a blank are read back, too")
    func keyWithBlank() throws {
        let addresses = try addresses("offset 'o' size 'n' 2 until short")
        let next = addresses.next(
            after: try page(#"{"data":[{"id":"a"},{"id":"b c"}]}"#, addresses),
            at: PagePlace(nil, isCounted: true),
            answer: CallRunner.Answer(reply: reply(), url: "u")
        )
        #expect(next?.text == "1 b c")
        #expect(addresses.place("1 b c") == next)
    }

    @Test(
        "are found in the header Link",
        arguments: [
            ("<https://a/2>; rel=\"next\"", "https://a/2"), ("</2>; rel=next", "/2"),
            ("<https://a/1>; rel=\"prev\", <https://a/3>; rel=\"next\"", "https://a/3"),
            ("<https://a/3>;rel=\"last next\"", "https://a/3"), ("<https://a/3>; title=\"next\"", nil),
            ("<https://a/a,b>; rel=next", "https://a/a,b"), ("rel=next", nil), ("", nil),
            ("<https://a/1>; rel=prev,<https://a/3>; rel=next", "https://a/3"),
        ] as [(String, String?)]
    )
    func links(header: String, url: String?) {
        #expect(PageAddresses.link(in: reply(header)) == url)
    }

    @Test("never keep the secret that an API repeats in the address of its next page")
    func secrets() throws {
        let addresses = try addresses(
            "next 'next'",
            head: "secret env:SHOP_API_KEY\n  auth parameter 'api_key' '{secret}'"
        )
        let next = addresses.next(
            after: try page(
                #"{"data":[{"id":"1"}],"next":"https://shop.example/api/items?a=1&api_key=s3cret&page=2"}"#,
                addresses
            ),
            at: PagePlace(nil, isCounted: false),
            answer: CallRunner.Answer(reply: reply(), url: "https://shop.example/api/items")
        )
        #expect(next?.text == "https://shop.example/api/items?a=1&page=2")
    }

    @Test("are known beforehand as far as the number of rows says, one page at least")
    func knownPlaces() throws {
        func known(_ pager: String, from next: String, total: Int?, most: Int) throws -> [String] {
            let addresses = try addresses(pager)
            return addresses.known(from: addresses.place(next), total: total, most: most).compactMap(\.token)
        }
        let page = "page 'page' size 'n' 10 until empty"
        #expect(try known(page, from: "2", total: 45, most: 9) == ["2", "3", "4", "5"])
        #expect(try known(page, from: "2", total: 45, most: 2) == ["2", "3"])
        #expect(try known(page, from: "2", total: 50, most: 9) == ["2", "3", "4", "5"])
        #expect(try known(page, from: "6", total: 50, most: 9) == ["6"])
        #expect(try known(page, from: "2", total: nil, most: 9) == ["2"])
        #expect(try known(page, from: "2", total: 45, most: 0) == [])
        #expect(
            try known("page 'page' from 0 size 'n' 10 until empty", from: "1", total: 45, most: 9) == [
                "1", "2", "3", "4",
            ]
        )
        let offset = "offset 'at' size 'n' 10 until short"
        // They overlap by one row.
        #expect(try known(offset, from: "9 key", total: 28, most: 9) == ["9", "18", "27"])
        #expect(try known(offset, from: "9 key", total: 27, most: 9) == ["9", "18"])
        #expect(
            try known("cursor 'next' as 'cursor' size 'n' 10", from: "abc", total: 100, most: 9) == ["abc"]
        )
    }
}
