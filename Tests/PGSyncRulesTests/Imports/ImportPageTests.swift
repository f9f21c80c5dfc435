import JSON
import Testing

@testable import PGSyncRules

@Suite("Pages of imports")
struct ImportPageTests {
    private func page(_ pager: String, _ json: String, rows: String = "rows 'data'") throws -> (
        ImportPage, isLast: Bool
    ) {
        let stream = try ImportSample.stream("column id bigint", rows, pager)
        let page = try stream.page(body: try JSONValue(parsing: json)).get()
        return (page, stream.isLast(page))
    }

    @Test("have rows at their path, or are the array, and may say how many there are")
    func rows() throws {
        let (page, isLast) = try page(
            "count 'meta.total'",
            #"{"data": [{"id": 1}, 7], "meta": {"total": "31"}}"#
        )
        #expect(page.rows == [["id": 1], 7] && page.total == 31 && isLast)
        #expect(try self.page("", "[1, 2]", rows: "").0.rows == [1, 2])
        #expect(try self.page("count 'n'", #"{"data": []}"#).0.total == nil)
    }

    @Test("may be one row, which is an object")
    func row() throws {
        #expect(try page("", #"{"id": 1}"#, rows: "row").0.rows == [["id": 1]])
        #expect(try page("", #"{"a": {"b": {"id": 2}}}"#, rows: "row 'a.b'").0.rows == [["id": 2]])
        for (json, message) in [("[1]", "an array, and no object"), ("7", "a number, and no object")] {
            let stream = try ImportSample.stream("column id bigint", "row")
            let fault = #expect(throws: ImportFault.self) {
                try stream.page(body: try JSONValue(parsing: json)).get()
            }
            #expect(fault?.message.contains(message) == true)
        }
    }

    @Test(
        "end by being empty, short, or saying so",
        arguments: [
            ("page 'p' until empty", #"{"data": [1]}"#, false),
            ("page 'p' until empty", #"{"data": []}"#, true),
            ("page 'p' size 's' 2 until short", #"{"data": [1]}"#, true),
            ("page 'p' size 's' 2 until short", #"{"data": [1, 2]}"#, false),
            ("offset 'o' size 's' 2 until flag 'm.more'", #"{"data": [], "m": {"more": true}}"#, false),
            ("offset 'o' size 's' 2 until flag 'm.more'", #"{"data": [1, 2], "m": {"more": "false"}}"#, true),
            ("cursor 'next' as 'c'", #"{"data": [1], "next": null}"#, true),
            ("cursor 'next' as 'c'", #"{"data": [1], "next": ""}"#, true),
            ("cursor 'next' as 'c'", #"{"data": [1]}"#, true),
            ("cursor 'next' as 'c'", #"{"data": [], "next": 0}"#, false),
            ("next 'links.next'", #"{"data": [1], "links": {}}"#, true),
            ("next 'links.next'", #"{"data": [1], "links": {"next": "https://shop.example/2"}}"#, false),
            ("after 'a' until flag 'more'", #"{"data": [{"id": 5}], "more": true}"#, false),
            ("after 'a' until empty", #"{"data": []}"#, true), ("link", #"{"data": [1]}"#, true),
            ("", #"{"data": [1]}"#, true),
        ]
    )
    func ends(pager: String, json: String, isLast: Bool) throws {
        #expect(try page(pager, json).isLast == isLast)
    }

    @Test("have what the next one needs")
    func tokens() throws {
        #expect(try page("cursor 'next' as 'c'", #"{"data": [], "next": 17}"#).0.cursor == "17")
        #expect(
            try page("next 'n'", #"{"data": [], "n": "https://shop.example/2"}"#).0.next
                == "https://shop.example/2"
        )
        #expect(try page("after 'a' until empty", #"{"data": [{"id": 5}, {"id": "x"}]}"#).0.lastKey == "x")
        #expect(try page("after 'a' until flag 'm'", #"{"data": [{"id": 5}], "m": false}"#).0.flag == false)
        let stream = try ImportSample.stream("column id bigint", "link")
        #expect(!stream.isLast(ImportPage(rows: []), link: "https://shop.example/2"))
    }

    @Test(
        "are refused where one could only guess how they go on",
        arguments: [
            ("", #"{"data": {}}"#, "'data' of the answer is an object, and no array"),
            ("", #"{"error": "x"}"#, "'data' of the answer is not there"), ("", "[]", "is not there"),
            ("page 'p' until flag 'more'", #"{"data": []}"#, "'more' of the answer is not there"),
            ("page 'p' until flag 'more'", #"{"data": [], "more": 1}"#, "is a number"),
            ("cursor 'next' as 'c'", #"{"data": [], "next": {}}"#, "says not what comes next"),
            ("after 'a' until empty", #"{"data": [{"id": null}]}"#, "no key to go on from"),
            ("after 'a' until flag 'm'", #"{"data": [], "m": true}"#, "says there are more"),
            ("count 'n'", #"{"data": [], "n": -1}"#, "counts no rows"),
        ]
    )
    func refused(pager: String, json: String, message: String) throws {
        let stream = try ImportSample.stream("column id bigint", "rows 'data'", pager)
        guard case .failure(let fault) = stream.page(body: try JSONValue(parsing: json)) else {
            return #expect(Bool(false), "it was read")
        }
        #expect(fault.errorClass.rawValue == "shape" && fault.column == nil)
        #expect(fault.message.contains(message), "\(fault)")
    }
}
