import PGSyncRules

/// Rules that leave to the row what others say themselves: currency, account, time zone, decimals.
enum RowRules {
    static let file = RuleFile(name: "row_order.rules", text: text)

    static let zones = [
        "Asia/Kolkata", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
        "Pacific/Apia", "Africa/Monrovia", "UTC",
    ]

    /// The day of a timestamp in every zone, as the description.
    private static let days = zones.map { "(moment in time zone '\($0)')" }.joined(separator: " || ' ' || ")

    private static let text = """
        rule row_order version 1 on shop.row_order
          column gross_cents minor money
          column fee money
          column rate number
          column currency_code text
          column tenant_account text
          column paid_at timestamp
          column ordered date
          column reference text
          column details object (vat object (amount minor money, rate number, "odd 'key'" text), at timestamp)
          column lines list (sku text, net minor money, tax object (share number), account text)

          let code = upper(trim(coalesce(currency_code, 'eur')))
          let vat = coalesce(details.vat.amount, 0)
          let gross = gross_cents - vat
          let parts = left(reference, 3) || '|' || right(reference, 2) || '|' || substring(reference, 2, 3)

          let wanted = gross_cents <> 7 and (reference <> 'never' or reference is null)
          let moment = coalesce(paid_at, details.at)

          when      wanted
          date      moment in time zone 'Europe/Berlin'
          currency  code
          describe  parts || replace(reference, 'a', 'äö') || gross || ' ' || ordered || ' ' || fee || rate || code

          debit   account(tenant_account)  gross  skip zero
          credit  if fee > 0 then account(tenant_account) else 4000  gross  skip zero  party 'p'
          if rate > 1
            let share = gross * rate
            debit   1100  share / 8 round half even to 0        skip zero
            credit  1000  share / 8 round half even to 0        skip zero
            debit   1100  share / 7 round half down to 0        skip zero
            credit  1000  share / 7 round half down to 0        skip zero
            debit   1100  details.vat.rate * vat round half even to 0  skip zero
            credit  1000  details.vat.rate * vat round half even to 0  skip zero
          else
            debit   1100  gross / 3 exactly  skip zero
            credit  1000  gross / 3 exactly  skip zero
          for each lines as l
            let whole = l.net * coalesce(l.tax.share, 1)
            assert  whole >= 0 and l.sku <> 'never' or details.vat."odd 'key'" = 'final'
            debit   account(l.account)  whole round half down to 0  skip zero  dimension sku left(l.sku, 2)
            credit  1000                whole round half down to 0  skip zero

          example 'all of it'
            given { "gross_cents": 11900, "fee": "-1.5", "rate": 2, "currency_code": "EUR", "tenant_account": "1000",
                    "paid_at": "2026-03-28T23:30:00+00:00", "ordered": "2026-03-28", "reference": "Banana",
                    "details": { "vat": { "amount": 1900, "rate": 1, "odd 'key'": "final" }, "at": null },
                    "lines": [ { "sku": "chess", "net": 500, "tax": { "share": 1 }, "account": "4000" } ] }
            posts date '2026-03-29' currency 'EUR'
                  debit 1000 100.00  credit 4000 100.00 party 'p'
                  debit 1100 25      credit 1000 25
                  debit 1100 29      credit 1000 29
                  debit 1100 19      credit 1000 19
                  debit 4000 5.00 dimension sku 'ch'  credit 1000 5.00

        rule days version 1 on shop.days
          column moment timestamp
          column total money
          date      moment
          currency  'JPY'
          describe  \(days)
          debit   1000  total
          credit  4000  total
          example 'in Kolkata it is tomorrow'
            given { "moment": "2026-01-01T18:30:00+00:00", "total": 1 }
            posts debit 1000 1  credit 4000 1

        rule bare version 1 on shop.bare
          column amount money
          column currency_code text
          column place integer
          column at date
          date      at
          currency  currency_code
          describe  'Bare'
          debit   account(place)  amount
          credit  4000            amount
          example 'in fils'
            given { "amount": "1.005", "currency_code": "KWD", "place": 1000, "at": "2026-01-01" }
            posts debit 1000 1.005  credit 4000 1.005

        rule yen version 1 on shop.yen
          column amount minor money
          column at date
          column kind text
          let half = amount / 2 exactly
          date      at
          currency  if kind is null then 'JPY' else 'KWD'
          describe  'Yen'
          debit   1000  amount
          credit  4000  half
          credit  4000  half
          example 'an even one'
            given { "amount": 118, "at": "2026-01-01" }
            posts debit 1000 118  credit 4000 59  credit 4000 59
        """
}
