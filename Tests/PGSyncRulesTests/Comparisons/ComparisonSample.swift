import Testing

@testable import PGSyncRules

/// Small comparisons for tests.
enum ComparisonSample {
    /// The text of a comparison whose only entity has these lines, from line 5 on, and these before it.
    static func text(_ lines: String..., head: String = "settle 5 s", key: String = "key id") -> String {
        """
        compare shop version 1
          \(head)
          entity items
            left public.items
            right books.items
            \(key)
        \(lines.map { "    \($0)\n" }.joined())
        """
    }

    static func comparison(_ text: String) throws -> Comparison {
        let file = ComparisonFile(name: "shop.compare", text: text)
        #expect(file.problems == [])
        return try #require(file.comparison)
    }

    /// The only entity of a comparison that has these lines.
    static func entity(_ lines: String..., key: String = "key id") throws -> ComparisonEntity {
        let comparison = try comparison(text(lines.joined(separator: "\n    "), key: key))
        return try #require(comparison.entities.first)
    }

    static let page = """
        # What the shop and its books should agree on.
        compare zoho version 3 every 6 h
          sides     Zoho, "The books"   # how both sides are called
          database  branch env:BRANCH_URL
          database  archive file:/run/secrets/archive
          settle    30 s
          heal at most 5000 rows

          entity items
            left    import zoho.items
            right   public.items where deleted_at is null and kind <> 'service'
            key     item_id
            columns name trim, status lower, rate numeric(12,2) within 0.01, category blank,
                    photo as image_name
            copies  description, image_url as picture
            groups  category, status
            metrics active count where status = 'active', value sum rate * stock,
                    average_price average rate where rate > 0 and status is not null
            weight  2
            sync    above 5
            heal    by copy with deletes

          entity images
            left    branch public.item_images
            right   public.item_images
                    where has_image = true
                      and size >= -1.5
                      and note <> 'it''s'
            key     (item_id bigint as id, place text trim lower)
            columns sha256
            coverage of items
            sync above 50
            heal by fetch sha256 from 'img.example', 'CDN.example'

          entity version
            left    archive date."Old items" where "Kind" < 'b' and b <= 2 and c != false
            right   import.items
            key     version
            heal    by import shop
        """
}
