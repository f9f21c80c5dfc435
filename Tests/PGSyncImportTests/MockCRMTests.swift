import HTTPClient
import JSON
import PGSyncDemo
import Testing

@Suite("The CRM of tests and demonstrations")
struct MockCRMTests {
    private func get(_ url: String, _ client: HTTPClient) async throws -> JSONValue {
        let reply = try await client.send(HTTPRequest("GET", url))
        #expect(reply.status == 200, "\(url)")
        return try JSONValue(parsing: String(decoding: reply.body, as: UTF8.self))
    }

    private func client() throws -> HTTPClient {
        try HTTPClient(
            policy: AddressPolicy(allowing: [#require(AddressRange("127.0.0.1"))], allowsPublic: false)
        )
    }

    private func ids(_ page: JSONValue) -> [Int] {
        guard case .array(let rows)? = page["data"] else { return [] }
        return rows.compactMap { $0["id"]?.number?.int }
    }

    @Test("lists the same rows by all kinds of pages, up and down, edited, added and removed ones among them")
    func pages() async throws {
        var options = MockCRM.Options()
        (options.merchants, options.transactions, options.residuals) = (23, 0, 0)
        let crm = MockCRM(options)
        crm.edit(.merchants, 4)
        crm.delete(.merchants, 9)
        crm.add(.merchants)
        let client = try client()
        let expected = Array(1...24).filter { $0 != 9 }
        try await crm.run { base in
            for order in ["asc", "desc"] {
                for style in ["page", "offset", "cursor", "link", "next", "after"] {
                    var found: [Int] = []
                    var place = ""
                    for number in 0..<20 {
                        let page = try await get(
                            "\(base)/\(style)/merchants?limit=5&order=\(order)\(place)",
                            client
                        )
                        let ids = ids(page)
                        found += ids
                        guard page["meta"]?["has_more"] == .bool(true) else { break }
                        switch style {
                        case "page": place = "&page=\(number + 2)"
                        case "offset": place = "&offset=\(5 * (number + 1))"
                        case "after": place = "&after=\(ids.last ?? 0)"
                        default:
                            place =
                                "&cursor=\(page["meta"]?["next"]?.string?.replacing(" ", with: "%20") ?? "")"
                        }
                    }
                    #expect(found == (order == "asc" ? expected : expected.reversed()), "\(style) \(order)")
                }
            }
            // Those of the first year, without the edited one.
            let page = try await get(
                "\(base)/page/merchants?limit=50&updated_before=2025-01-01T00:00:00Z",
                client
            )
            #expect(ids(page) == [1, 2, 3, 5, 6, 7, 8, 10])
            let rest = try await get(
                "\(base)/page/merchants?limit=50&updated_since=2025-01-01T00:00:00Z",
                client
            )
            #expect((ids(page) + ids(rest)).sorted() == expected)
            #expect(try await get("\(base)/merchants/4", client)["data"]?["name"] == "Merchant 4, version 2")
        }
        #expect(crm.count(200) == crm.calls.count)
    }

    @Test("is the same for the same seed, and has a million rows without keeping them")
    func seeded() {
        var options = MockCRM.Options()
        options.merchants = 50
        #expect(MockCRM(options).rows(of: .merchants) == MockCRM(options).rows(of: .merchants))
        let one = MockCRM(options).rows(of: .residuals)
        options.seed = 2
        #expect(MockCRM(options).rows(of: .residuals) != one)
    }
}
