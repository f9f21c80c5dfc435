// Long because each pack has its story here.
import Testing

/// What happens to records one after the other, and what the ledger must show in the end, computed by hand.
package struct PackStory: Sendable, CustomTestStringConvertible {
    package let testDescription: String
    /// SQL, as the clinic's program would run it.
    package let script: String
    /// What is left on each account and party.
    package let net: Bookings
    /// How many records end as failures.
    package let failures: Int

    /// The statements of the script one by one.
    package var steps: [String] {
        script.split(separator: ";").map(String.init).filter { !$0.allSatisfy(\.isWhitespace) }
    }

    private init(_ title: String, _ script: String, net: String, failures: Int = 0) {
        (testDescription, self.script, self.net, self.failures) = (title, script, Bookings(net).net, failures)
    }

    package static let clinic = [
        PackStory(
            "an invoice is amended",
            """
            \(consultation("cash"))
            update public.consultation_invoices set amount = 600 where id = 1;
            """,
            net: "Dr 1000 600, Cr 4000 600"
        ),
        PackStory(
            "an invoice is printed",
            "\(consultation("cash")) update public.consultation_invoices set prints = 1, remarks = 'Shy.' where id = 1;",
            net: "Dr 1000 500, Cr 4000 500"
        ),
        PackStory(
            "an invoice is cancelled",
            "\(consultation("cash")) update public.consultation_invoices set status = 'cancelled' where id = 1;",
            net: ""
        ),
        PackStory(
            "an invoice is cancelled and reinstated",
            """
            \(consultation("cash"))
            update public.consultation_invoices set status = 'cancelled' where id = 1;
            update public.consultation_invoices set status = 'final' where id = 1;
            """,
            net: "Dr 1000 500, Cr 4000 500"
        ),
        PackStory(
            "an invoice is deleted",
            "\(consultation("cash")) delete from public.consultation_invoices where id = 1;",
            net: ""
        ),
        PackStory(
            "an invoice is cancelled, and its money stays for now",
            """
            \(consultation("cash"))
            update public.consultation_invoices set status = 'cancelled' where id = 1;
            \(held)
            """,
            net: "Dr 1000 500, Cr 2300@7 500"
        ),
        PackStory(
            "the money of a cancelled invoice goes back",
            """
            \(consultation("cash"))
            update public.consultation_invoices set status = 'cancelled' where id = 1;
            \(held)
            insert into public.refunds (id, refund_number, kind, patient_id, amount, mode, bill_number)
            values (1, 'F-1', 'held', 7, 500, 'cash', 'C-1');
            """,
            net: ""
        ),
        PackStory(
            "a cheque bounces, and the invoice is due again",
            """
            \(consultation(nil))
            insert into public.payments (id, payment_number, kind, patient_id, mode, amount, bill_number)
            values (1, 'R-1', 'receipt', 7, 'cheque', 500, 'C-1');
            update public.payments set status = 'bounced' where id = 1;
            """,
            net: "Dr 1200@7 500, Cr 4000 500"
        ),
        PackStory(
            "a cheque that stood on the invoice bounces",
            "\(consultation("cheque")) update public.consultation_invoices set payment_mode = null where id = 1;",
            net: "Dr 1200@7 500, Cr 4000 500"
        ),
        PackStory(
            "what was due is paid",
            """
            insert into public.ultrasound_bills (id, bill_number, patient_id, total_amount, payments, due_amount, status)
            values (
                1, 'U-1', 4, 1500, '[{"mode": "cash", "amount": 600}, {"mode": "card", "amount": 400}]', 500, 'final'
            );
            insert into public.payments (id, payment_number, kind, patient_id, mode, amount, bill_number)
            values (1, 'R-1', 'receipt', 4, 'bank', 500, 'U-1');
            """,
            net: "Dr 1000 600, Dr 1150 400, Dr 1100 500, Cr 4200 1500"
        ),
        PackStory(
            "an advance is used, and the rest goes back",
            """
            insert into public.payments (id, payment_number, kind, patient_id, mode, amount)
            values (1, 'R-1', 'advance', 4, 'cash', 2000);
            insert into public.ultrasound_bills (id, bill_number, patient_id, total_amount, due_amount, status)
            values (1, 'U-1', 4, 1500, 1500, 'final');
            insert into public.payments (id, payment_number, kind, patient_id, amount, bill_number)
            values (2, 'R-2', 'application', 4, 1500, 'U-1');
            insert into public.refunds (id, refund_number, kind, patient_id, amount, mode)
            values (1, 'F-1', 'advance', 4, 500, 'cash');
            """,
            net: "Dr 1000 1500, Cr 4200 1500"
        ),
        PackStory(
            "medicines come back in part, and the cards are settled",
            """
            \(sale)
            insert into public.pharmacy_returns (
                id, return_number, bill_number, patient_id, total_amount, taxable, gst_amount, cost_amount, refund_mode
            )
            values (1, 'B-1', 'P-1', 7, 420, 400, 20, 280, 'cash');
            insert into public.settlements (
                id, batch_number, channel, gross_amount, fee_amount, fee_cgst, fee_sgst, net_amount
            )
            values (1, 'S-1', 'card', 1050, 18.90, 1.70, 1.70, 1027.70);
            """,
            net:
                "Dr 1100 1027.70, Dr 6000 18.90, Dr 1400 1.70, Dr 1401 1.70, Cr 1000 420, Cr 4300 1000, Dr 4390 400, "
                + "Cr 2100 15, Cr 2101 15, Dr 5000 420, Cr 1300 420"
        ),
        PackStory(
            "a sale is cancelled, cost and tax and all",
            "\(sale) update public.pharmacy_bills set status = 'cancelled' where id = 1;",
            net: ""
        ),
        PackStory(
            "two refunds are more than was paid",
            """
            \(consultation("cash"))
            insert into public.refunds (id, refund_number, kind, patient_id, amount, mode, bill_number)
            values (1, 'F-1', 'service', 7, 400, 'cash', 'C-1');
            insert into public.refunds (id, refund_number, kind, patient_id, amount, mode, bill_number)
            values (2, 'F-2', 'service', 7, 200, 'cash', 'C-1');
            """,
            net: "Dr 1000 100, Cr 4000 500, Dr 4090 400",
            failures: 1
        ),
        PackStory(
            "a refund is owed, then paid out",
            """
            \(consultation("card"))
            insert into public.refunds (id, refund_number, kind, patient_id, amount, mode, bill_number)
            values (1, 'F-1', 'service', 7, 200, 'later', 'C-1');
            insert into public.refunds (id, refund_number, kind, patient_id, amount, mode, bill_number)
            values (2, 'F-2', 'held', 7, 200, 'bank', 'C-1');
            """,
            net: "Dr 1150 500, Cr 1100 200, Cr 4000 500, Dr 4090 200"
        ),
        PackStory(
            "a mode that nobody knew is corrected",
            "\(consultation("barter")) update public.consultation_invoices set payment_mode = 'upi' where id = 1;",
            net: "Dr 1155 500, Cr 4000 500"
        ),
    ]

    private static func consultation(_ mode: String?) -> String {
        """
        insert into public.consultation_invoices (id, invoice_number, patient_id, amount, payment_mode, status)
        values (1, 'C-1', 7, 500, \(mode.map { "'\($0)'" } ?? "null"), 'final');
        """
    }

    private static let held = """
        insert into public.payments (id, payment_number, kind, patient_id, mode, amount, bill_number)
        values (1, 'R-1', 'held', 7, 'cash', 500, 'C-1');
        """

    private static let sale = """
        insert into public.pharmacy_bills (
            id, bill_number, patient_id, payment_mode, total_amount, taxable, gst_amount, cost_amount, status
        )
        values (1, 'P-1', 7, 'card', 1050, 1000, 50, 700, 'paid');
        """

    private static let customer = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

    private static func order(_ currency: String) -> String {
        """
        insert into market.orders (
            order_number, customer_id, currency_code, total_cents, lines, tax, status, confirmed_at
        )
        values (
            'M-1', '\(customer)', '\(currency)', 14040,
            '[{"sku": "desk-1", "kind": "goods", "quantity": 2, "unit_cents": 5000},
              {"sku": "book", "kind": "books", "quantity": 1, "unit_cents": 2000}]',
            '{"standard": {"rate": 19, "amount": 1900}, "reduced": {"rate": 7, "amount": 140}}', 'confirmed', now()
        );
        """
    }

    package static let crm = [
        PackStory(
            "an estimate becomes final, and is corrected",
            """
            insert into crm.merchants (id, name, status, updated_at) values (7, 'Corner Cafe', 'active', now());
            insert into crm.residuals (merchant_id, month, amount, status, updated_at)
            values (7, '2026-02-01', 100, 'estimated', now());
            update crm.residuals set status = 'final', agent_id = 3, agent_amount = 40;
            update crm.residuals set amount = 120.50;
            """,
            net:
                "Dr agency:residuals@7 120.50, Cr agency:income 120.50, Dr agency:commissions 40, Cr agency:agents@3 40"
        ),
        PackStory(
            "one is void again, and of one nobody knows the agent",
            """
            insert into crm.merchants (id, name, status, updated_at) values (7, 'Corner Cafe', 'active', now());
            insert into crm.residuals (merchant_id, month, amount, agent_amount, status, updated_at)
            values (7, '2026-02-01', 100, null, 'final', now()), (7, '2026-03-01', 100, 40, 'final', now());
            update crm.residuals set status = 'void' where month = '2026-02-01';
            """,
            net: "",
            failures: 1
        ),
    ]

    package static let orders = [
        PackStory(
            "an order is paid by card, and half of the goods come back",
            """
            \(order("EUR"))
            insert into market.payments (reference, customer_id, currency_code, amount_cents, fee_rate, provider)
            values ('pay-1', '\(customer)', 'EUR', 14040, 0.0145, 'card');
            insert into market.refunds (reference, customer_id, currency_code, amount_cents, tax_cents, provider)
            values ('back-1', '\(customer)', 'EUR', 5950, 950, 'card');
            """,
            net:
                "Dr market:card 78.86, Dr market:fees 2.04, Dr market:returns 50, Cr market:income:goods 100, "
                + "Cr market:income:books 20, Cr market:vat:standard 9.50, Cr market:vat:reduced 1.40"
        ),
        PackStory(
            "an order is deleted with a mark, and what was paid is owed",
            """
            \(order("USD"))
            insert into market.payments (reference, customer_id, currency_code, amount_cents, fee_cents, provider)
            values ('pay-1', '\(customer)', 'USD', 14040, 0, 'bank');
            update market.orders set deleted_at = now();
            """,
            net: "Dr market:bank 140.40, Cr market:receivable@\(customer) 140.40"
        ),
        PackStory(
            "an invoice names an account that there is not, and then one that there is",
            """
            insert into market.invoices (
                invoice_number, customer_id, currency_code, net_cents, tax_cents, income_account, status
            )
            values ('I-1', '\(customer)', 'EUR', 10000, 1900, 'market:income:gifts', 'confirmed');
            update market.invoices set income_account = 'market:income:support';
            """,
            net:
                "Dr market:receivable@\(customer) 119, Cr market:income:support 100, Cr market:vat:standard 19"
        ),
        PackStory("a currency that nobody knows waits for a person", order("XTS"), net: "", failures: 1),
    ]

    package static let shop = [
        PackStory(
            "an order is shipped, and part of it comes back",
            """
            insert into shop.inventory_adjustments (sku, quantity, unit_cost, reason, supplier_id, confirmed)
            values ('novel', 50, 9.50, 'received', 3, true), ('chess', 10, 20, 'received', 3, true);
            insert into shop.orders (id, order_number, customer_id, total_amount, paid_by)
            values (1, 'O-1', 12, 84.67, 'card');
            insert into shop.order_lines
            values
            (1, 1, 'chess', 'games', 1, 35, 6.65, 'standard', 20),
            (1, 2, 'novel', 'books', 2, 34.53, 2.42, 'reduced', 9.5),
            (1, 3, 'parcel', 'shipping', 1, 5.10, 0.97, 'standard', null);
            update shop.orders set status = 'shipped', shipped_on = current_date where id = 1;
            insert into shop.returns (
                return_number, order_number, customer_id, total_amount, refunded_by, status, returned_on, lines
            )
            values (
                'T-1', 'O-1', 12, 41.65, 'card', 'accepted', current_date,
                '[{"sku": "chess", "quantity": 1, "net": 35, "vat": 6.65, "vat_rate": "standard", "unit_cost": 20,
                   "restocked": false}]'
            );
            """,
            net: "Dr assets:stock 636, Cr liabilities:payable@3 675, Dr assets:card-clearing 43.02, "
                + "Cr income:games 35, Cr income:books 34.53, Cr income:shipping 5.10, Dr income:returns 35, "
                + "Cr liabilities:vat:standard 0.97, Cr liabilities:vat:reduced 2.42, Dr expenses:goods 19, "
                + "Dr expenses:shrinkage 20"
        ),
        PackStory(
            "a line of a shipped order is corrected, and so is the total",
            """
            insert into shop.orders (id, order_number, customer_id, total_amount) values (1, 'O-1', 12, 119);
            insert into shop.order_lines
            values (1, 1, 'chess', 'games', 1, 50, 9.50, 'standard', 20), (1, 2, 'go', 'games', 1, 50, 9.50, 'standard', 25);
            update shop.orders set status = 'shipped', shipped_on = current_date where id = 1;
            delete from shop.order_lines where line_number = 2;
            update shop.orders set total_amount = 59.50 where id = 1;
            """,
            net: "Dr assets:receivable@12 59.50, Cr income:games 50, Cr liabilities:vat:standard 9.50, "
                + "Dr expenses:goods 20, Cr assets:stock 20"
        ),
        PackStory(
            "lines that do not add up wait for a person",
            """
            insert into shop.orders (id, order_number, customer_id, total_amount, status, shipped_on)
            values (1, 'O-1', 12, 60, 'shipped', current_date);
            insert into shop.order_lines values (1, 1, 'chess', 'games', 1, 50, 9.50, 'standard', 20);
            """,
            net: "",
            failures: 1
        ),
    ]
}
