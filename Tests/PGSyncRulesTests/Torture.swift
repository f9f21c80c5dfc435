import PGSyncRules

/// A rule that uses every construct of the language, with a row it posts.
enum Torture {
    static let file = RuleFile(name: "torture.rules", text: text)

    private static let text = """
        map road
          'cash' -> 1000
          'Ä\\''$$' -> 1100
          else -> 1900

        rule torture version 3 on shop."odd ""table"
          column a money
          column b money
          column n number
          column k integer
          column t text
          column flag boolean
          column day date
          column image text
          column items list (mode text, qty integer, price money, free boolean)

          when      (t <> 'never' or t is null) and not (k in (13, -13)) and (flag or flag is null or a > 0)
          date      if k = 100 then '2026-03-31' else coalesce(day, null)
          currency  'INR'
          describe  upper(trim(coalesce(t, 'None'))) || '#' || coalesce(k, 0) || lower(coalesce(image, ''))

          debit   if a > b then 1000 else 1100  a + b * 2
          credit  4000  (a + b * 2) / 3 exactly  skip zero
          credit  4100  (a + b * 2) - (if abs(a) < 1000 then (a + b * 2) / 3 exactly else (a + b * 2) / 3 exactly)
          if n > 1.5
            debit   road(t)  a * n round half up to 2   skip zero
            credit  4200     a * n round half up to 2   skip zero  dimension kind coalesce(t, image)
          else if n is null
            debit   5000  a / 7 round half up to 2  skip zero
            credit  1300  a / 7 round half up to 2  skip zero
          else
            debit   5000  - a - -1  skip zero
            credit  1300  - a + 1.00  skip zero
          for each items as i
            assert  i.qty >= 0  'it''s a negative \\ quantity'
            if not i.free
              debit   road(i.mode)  i.price * i.qty   skip zero  dimension mode i.mode  dimension qty i.qty
              credit  1300          i.price * i.qty   skip zero
            else
              debit   5000  coalesce(i.price, b)  skip zero
              credit  1300  if i.price is null then b else i.price  skip zero
          assert  day is null or day >= '2000-01-01' and day < '2100-01-01'

          example 'all of it'
            given { "a": "9.00", "b": 3, "n": 2, "k": 5, "t": " cash", "flag": true, "day": "2026-01-05", "image": "Q",
                    "items": [ { "mode": "cash", "qty": 2, "price": "1.50", "free": false },
                               { "qty": 0, "price": 4, "free": true } ] }
            posts debit 1000 15.00  credit 4000 5.00  credit 4100 10.00
                  debit 1900 18.00  credit 4200 18.00
                  debit 1000 3.00   credit 1300 3.00
                  debit 5000 4.00   credit 1300 4.00

        rule plain version 1 on shop.plain
          column a money
          column b money
          column day date
          date      day
          currency  'INR'
          describe  'Plain'
          debit     1000  a
          credit    4000  b
          example 'equal'
            given { "a": 1, "b": "1.00", "day": "2026-01-05" }
            posts debit 1000 1.00  credit 4000 1.00
        """
}
