import Testing

@testable import PGSyncRules

@Suite("Comparisons")
struct ComparisonFileTests {
    @Test("read like a page: what is compared with what, how often, and what is done about it")
    func reads() throws {
        let comparison = try ComparisonSample.comparison(ComparisonSample.page)
        var expected = Comparison(name: "zoho", version: 3)
        expected.every = .seconds(6 * 3_600)
        (expected.leftName, expected.rightName) = ("Zoho", "The books")
        expected.databases = [
            "branch": .environment("BRANCH_URL"), "archive": .file("/run/secrets/archive"),
        ]
        expected.settle = .seconds(30)
        expected.healLimit = 5_000
        expected.entities = [Self.items, Self.images, Self.version]
        #expect(comparison == expected)
        #expect(comparison.entity("images")?.readColumns.map(\.name) == ["item_id", "place", "sha256"])
        #expect(comparison.entity("image") == nil)
    }

    private static func column(_ name: String, _ change: (inout ComparedColumn) -> Void = { _ in })
        -> ComparedColumn
    {
        var column = ComparedColumn(name)
        change(&column)
        return column
    }

    private static var items: ComparisonEntity {
        var items = ComparisonEntity(
            name: "items",
            left: ComparisonSide(place: .stream(import: "zoho", stream: "items")),
            right: ComparisonSide(
                place: .here(TableName(schema: "public", name: "items")),
                conditions: [
                    ComparisonCondition(column: "deleted_at", test: .isNull),
                    ComparisonCondition(column: "kind", test: .compared("<>", "service")),
                ]
            )
        )
        items.key = [column("item_id")]
        items.columns = [
            column("name") { $0.forms = [.trim] }, column("status") { $0.forms = [.lower] },
            column("rate") { ($0.type, $0.within) = (.numeric(precision: 12, scale: 2), "0.01") },
            column("category") { $0.forms = [.blank] }, column("photo") { $0.rightName = "image_name" },
        ]
        items.copied = [column("description"), column("image_url") { $0.rightName = "picture" }]
        items.groups = ["category", "status"]
        items.metrics = [
            ComparisonMetric(
                name: "active",
                figure: .count,
                conditions: [ComparisonCondition(column: "status", test: .compared("=", "active"))]
            ),
            ComparisonMetric(name: "value", figure: .sum("rate", times: "stock")),
            ComparisonMetric(
                name: "average_price",
                figure: .average("rate", times: nil),
                conditions: [
                    ComparisonCondition(column: "rate", test: .compared(">", "0")),
                    ComparisonCondition(column: "status", test: .isNotNull),
                ]
            ),
        ]
        items.weight = 2
        items.syncAbove = 5
        items.heal = .copy(deletes: true)
        return items
    }

    private static var images: ComparisonEntity {
        let table = TableName(schema: "public", name: "item_images")
        var images = ComparisonEntity(
            name: "images",
            left: ComparisonSide(place: .database("branch", table)),
            right: ComparisonSide(
                place: .here(table),
                conditions: [
                    ComparisonCondition(column: "has_image", test: .compared("=", "true")),
                    ComparisonCondition(column: "size", test: .compared(">=", "-1.5")),
                    ComparisonCondition(column: "note", test: .compared("<>", "it's")),
                ]
            )
        )
        images.key = [
            column("item_id") { ($0.type, $0.rightName) = (.bigint, "id") },
            column("place") { ($0.type, $0.forms) = (.text, [.trim, .lower]) },
        ]
        images.columns = [column("sha256")]
        images.coverage = "items"
        images.syncAbove = 50
        images.heal = .fetch(column: "sha256", hosts: ["img.example", "cdn.example"])
        return images
    }

    private static var version: ComparisonEntity {
        var version = ComparisonEntity(
            name: "version",
            left: ComparisonSide(
                place: .database("archive", TableName(schema: "date", name: "Old items")),
                conditions: [
                    ComparisonCondition(column: "Kind", test: .compared("<", "b")),
                    ComparisonCondition(column: "b", test: .compared("<=", "2")),
                    ComparisonCondition(column: "c", test: .compared("<>", "false")),
                ]
            ),
            right: ComparisonSide(place: .here(TableName(schema: "import", name: "items")))
        )
        version.key = [column("version")]
        version.heal = .import("shop", stream: nil)
        return version
    }

    @Test("have an answer for all that is not said")
    func defaults() throws {
        let text = "compare a version 1\n entity b\n  left c.d\n  right e.f\n  key g"
        let comparison = try ComparisonSample.comparison(text)
        #expect(comparison.every == nil && comparison.databases == [:])
        #expect(comparison.leftName == "left" && comparison.rightName == "right")
        #expect(comparison.settle == .seconds(10) && comparison.healLimit == 1_000)
        let entity = try #require(comparison.entities.first)
        #expect(entity.weight == 1 && entity.syncAbove == 0)
        #expect(entity.heal == nil && entity.coverage == nil)
        #expect(entity.readColumns == [ComparedColumn("g")])
    }

    @Test("take the words behind a column in any order")
    func order() throws {
        let entity = try ComparisonSample.entity(
            "columns a blank within 0.5 as b lower numeric trim, c text as d, as as trim trim"
        )
        #expect(entity.columns[0].forms == [.blank, .lower, .trim] && entity.columns[0].within == "0.5")
        #expect(entity.columns[0].rightName == "b" && entity.columns[0].type == .anyNumeric)
        #expect(entity.columns[1].type == .text && entity.columns[1].rightName == "d")
        #expect(entity.columns[2].name == "as" && entity.columns[2].rightName == "trim")
        #expect(entity.columns[2].forms == [.trim])
    }

    @Test(
        "a key is one column or some, in parentheses or without",
        arguments: [
            ("key id", ["id"]), ("key id, place", ["id", "place"]), ("key (id)", ["id"]),
            ("key (id,\n      place)", ["id", "place"]), ("key (id,\n      place\n      )", ["id", "place"]),
        ]
    )
    func keys(line: String, names: [String]) throws {
        #expect(try ComparisonSample.entity(key: line).key.map(\.name) == names)
    }

    @Test(
        "lists go on in lines that are indented deeper",
        arguments: [
            "columns a trim,\n      b as c, d", "columns a trim, b as c,\n\n      # more\n      d",
            "columns a trim\n      , b as c\n      , d",
        ]
    )
    func lists(line: String) throws {
        let entity = try ComparisonSample.entity(line, "groups a,\n     d", "weight 3")
        #expect(entity.columns.map(\.name) == ["a", "b", "d"] && entity.columns[1].rightName == "c")
        #expect(entity.groups == ["a", "d"] && entity.weight == 3)
    }

    @Test(
        "rows are mended in the way that is said",
        arguments: [
            ("by copy", ComparisonHeal.copy(deletes: false)), ("by copy with deletes", .copy(deletes: true)),
            ("by copy\n      with deletes", .copy(deletes: true)),
            ("by import", .import("zoho", stream: "items")), ("by import shop", .import("shop", stream: nil)),
            ("by import shop.date", .import("shop", stream: "date")),
            ("by fetch url from 'a.example',\n      'b'", .fetch(column: "url", hosts: ["a.example", "b"])),
        ]
    )
    func heals(line: String, heal: ComparisonHeal) throws {
        let text = ComparisonSample.text("heal \(line)", "copies url")
            .replacing("left public.items", with: "left import zoho.items")
        #expect(try ComparisonSample.comparison(text).entities.first?.heal == heal)
    }

    @Test(
        "spans and numbers reach from end to end",
        arguments: [
            "settle 0 s", "settle 10 min", "settle 0.5 s", "heal at most 1 row", "heal at most 1000000 rows",
        ]
    )
    func ends(head: String) throws {
        _ = try ComparisonSample.comparison(ComparisonSample.text("weight 1000", "sync above 0", head: head))
        _ = try ComparisonSample.comparison(
            ComparisonSample.text(head: head).replacing("version 1", with: "version 1 every 60 s")
        )
    }
}
