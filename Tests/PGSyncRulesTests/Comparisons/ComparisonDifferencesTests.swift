import Testing

@testable import PGSyncRules

@Suite("Differences of comparisons")
struct ComparisonDifferencesTests {
    private func differences(_ change: (String) -> String) throws -> [String] {
        let earlier = try ComparisonSample.comparison(ComparisonSample.page)
        let text = change(ComparisonSample.page)
        #expect(text != ComparisonSample.page)
        return try ComparisonSample.comparison(text).differences(from: earlier)
    }

    @Test("say nothing of comments, blanks and the order of what has none")
    func none() throws {
        #expect(
            try differences {
                $0.replacing("# What the shop and its books should agree on.", with: "")
                    .replacing("6 h", with: "360 min")
                    .replacing("name trim, status lower", with: "status lower, name trim")
                    .replacing("category, status", with: "status, category")
                    .replacing("description, image_url as picture", with: "image_url as picture, description")
                    .replacing("(12,2) within 0.01", with: "(12, 2)  within 0.01")
                    .replacing("text trim lower", with: "lower text trim")
            } == []
        )
    }

    @Test("say what was and what is, in the words of the file", arguments: Self.changes)
    func said(old: String, new: String, line: String) throws {
        let lines = try differences { $0.replacing(old, with: new, maxReplacements: 1) }
        #expect(lines == [line])
    }

    private static let changes: [(String, String, String)] = [
        ("compare zoho", "compare shop", "name was zoho, is shop"),
        ("version 3", "version 4", "version was 3, is 4"),
        (" every 6 h", "", "every is gone: 6 h"), ("6 h", "90 min", "every was 6 h, is 90 min"),
        ("sides     Zoho", "sides Shop", "sides was Zoho, The books, is Shop, The books"),
        (
            "env:BRANCH_URL", "file:/run/branch",
            "database branch was env:BRANCH_URL, is file:/run/branch"
        ),
        (
            "  settle    30 s\n", "  settle 30 s\n  database other env:O\n", "database other is new: env:O"
        ),
        ("settle    30 s", "settle 0 s", "settle was 30 s, is 0 s"),
        ("heal at most 5000 rows", "", "heal at most was 5000, is 1000"),
        ("zoho.items", "zoho.goods", "entity items: left was import zoho.items, is import zoho.goods"),
        (
            "deleted_at is null and kind", "deleted_at is not null and kind",
            "entity items: right was public.items where deleted_at is null and kind <> 'service', "
                + "is public.items where deleted_at is not null and kind <> 'service'"
        ),
        (
            "has_image = true", "has_image = false",
            "entity images: right was public.item_images where has_image = true and size >= -1.5 and "
                + "note <> 'it''s', is public.item_images where has_image = false and size >= -1.5 and "
                + "note <> 'it''s'"
        ),
        (
            "branch public.item", "archive public.item",
            "entity images: left was branch public.item_images, is archive public.item_images"
        ),
        ("key     item_id", "key item_id text", "entity items: key was item_id, is item_id text"),
        (
            "(item_id bigint as id, place text trim lower)", "(place, item_id)",
            "entity images: key was item_id bigint as id, place text trim lower, is place, item_id"
        ),
        ("name trim,", "name,", "entity items: column name was trim, is as it is"),
        (
            " within 0.01", " within 0.1",
            "entity items: column rate was numeric(12,2) within 0.01, is numeric(12,2) within 0.1"
        ),
        ("name trim, ", "", "entity items: column name is gone: trim"),
        ("columns sha256", "columns sha256, size", "entity images: column size is new: as it is"),
        (
            "description, image_url as picture", "image_url",
            "entity items: copies was description, image_url as picture, is image_url"
        ),
        ("    groups  category, status\n", "", "entity items: groups is gone: category, status"),
        (
            "count where status = 'active'", "count",
            "entity items: metric active was count where status = 'active', is count"
        ),
        ("rate * stock", "rate", "entity items: metric value was sum rate * stock, is sum rate"),
        (
            "average rate where rate > 0 and", "average rate where",
            "entity items: metric average_price was average rate where rate > 0 and status is not null, "
                + "is average rate where status is not null"
        ),
        ("    coverage of items\n", "", "entity images: coverage of is gone: items"),
        ("weight  2", "", "entity items: weight was 2, is 1"),
        ("sync    above 5", "", "entity items: sync above was 5, is 0"),
        (
            "with deletes", "", "entity items: heal was by copy with deletes, is by copy"
        ),
        (
            ", 'CDN.example'", "",
            "entity images: heal was by fetch sha256 from img.example, cdn.example, "
                + "is by fetch sha256 from img.example"
        ),
        (
            "by import shop", "by import shop.b",
            "entity version: heal was by import shop, is by import shop.b"
        ),
    ]

    @Test("say which entities come and go")
    func entities() throws {
        #expect(
            try differences {
                $0.replacing("  entity version", with: "  entity versions").replacing(
                    " and c != false",
                    with: ""
                )
            } == [
                "entity version is gone",
                "entity versions is new: archive date.Old items where Kind < 'b' and b <= 2, and import.items",
            ]
        )
    }
}
