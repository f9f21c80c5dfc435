import Days
import Testing

@testable import PGSyncRules

@Suite("Imports")
struct ImportFileTests {
    @Test("read like a page: where, how often, and what goes into which column")
    func reads() throws {
        let file = ImportFile(name: "irelandpay.import", text: Self.page)
        #expect(file.problems == [])
        let definition = try #require(file.definition)
        #expect(definition.name == "irelandpay" && definition.version == 1)
        #expect(definition.base.description == "https://crm.example/api/v1")
        #expect(definition.url(of: "/merchants") == "https://crm.example/api/v1/merchants")
        #expect(definition.hosts == ["crm.example", "files.crm.example"])
        #expect(definition.secret == .environment("IRELANDPAY_CRM_API_KEY"))
        #expect(definition.auth == .header(name: "Authorization", value: "Bearer {secret}"))
        #expect(definition.settingsPrefix == "IRELANDPAY")
        #expect(definition.budgets.map(\.name) == ["second", "minute", "90s", "day"])
        #expect(definition.budgets.map(\.limit) == [10, 60, 80, 10_000])
        #expect(
            definition.budgets.map(\.span) == [.seconds(1), .seconds(60), .seconds(90), .seconds(86_400)]
        )
        #expect(definition.parallel == 5)
        #expect(definition.retries == 4 && definition.backoff == .milliseconds(1_500))
        #expect(definition.timeout == .seconds(20))
        #expect(definition.breakerFailures == 7 && definition.breakerReset == .seconds(120))
        #expect(
            definition.conditions == [
                AnswerCondition(
                    meaning: .retry,
                    place: .header("stripe-should-retry"),
                    value: "true"
                ),
                AnswerCondition(
                    meaning: .neverRetry,
                    place: .header("stripe-should-retry"),
                    value: "false"
                ),
                AnswerCondition(
                    meaning: .limited,
                    place: .body(try #require(JSONPath("error.code"))),
                    value: "3001"
                ),
            ]
        )
        #expect(definition.settle == .seconds(60))
        #expect(definition.headers == [ImportParameter(name: "Accept", value: "application/json")])
        #expect(definition.streams.map(\.name) == ["residuals", "merchants", "date"])
        #expect(definition.streamsInOrder.map(\.name) == ["merchants", "residuals", "date"])
    }

    @Test("a stream has a path, pages, changes, a history and columns")
    func streams() throws {
        let definition = try #require(ImportFile(name: "a", text: Self.page).definition)
        let stream = try #require(definition.stream("merchants"))
        #expect(stream.target == TableName(schema: "crm", name: "merchants"))
        #expect(stream.key == ["id"] && stream.path == "/merchants")
        #expect(
            stream.parameters == [
                ImportParameter(name: "status", value: "all"), ImportParameter(name: "expand[]", value: "a"),
                ImportParameter(name: "expand[]", value: ""),
            ]
        )
        let size = PageSize(parameter: "per_page", rows: 100)
        #expect(stream.pager == .page(parameter: "page", first: 0, size: size, end: .empty))
        #expect(stream.rowsPath == JSONPath("data") && stream.countPath?.description == "meta.total")
        #expect(
            stream.changed
                == ImportChanged(
                    column: "updated_at",
                    since: "updated_since",
                    before: "updated_before",
                    form: .seconds,
                    lookback: .seconds(7_200)
                )
        )
        #expect(stream.itemPath == "/merchants/{id}")
        #expect(stream.history?.from == Day("2024-04-01") && stream.history?.step == .month)
        #expect(stream.remembers == .seconds(30 * 86_400))
        #expect(stream.deletes == ImportDeletes(sweep: .weekly, action: .mark(column: "deleted_at")))
        #expect(stream.unknown == .quarantine && stream.privateColumns == ["email", "name"])
        #expect(stream.columns.map(\.name) == ["id", "name", "email", "price", "date", "updated_at"])
        #expect(
            stream.columns.map(\.type.description)
                == ["bigint", "text", "text", "numeric(12,2)", "date", "timestamptz"]
        )
        #expect(
            stream.columns.map(\.path.description)
                == ["id", "profile.name", "email", "price", "date", "created"]
        )
        #expect(stream.columns.map(\.isRequired) == [false, true, false, true, false, false])
        #expect(stream.columns.map(\.epoch) == [nil, nil, nil, nil, nil, .milliseconds])
        #expect(stream.examples.map(\.name.value) == ["a page", "bad row", "none"])
        let residuals = try #require(definition.stream("residuals"))
        #expect(residuals.after == ["merchants"] && residuals.key == ["merchant_id", "month"])
        #expect(residuals.pager == .single && residuals.rowsPath == .root && residuals.changed == nil)
        #expect(residuals.deletes == ImportDeletes(sweep: .daily, action: .remove))
    }

    static let page = #"""
        # The agency's customers
        import irelandpay version 1
          base 'https://crm.example/api/v1/'
          hosts 'crm.example', 'Files.crm.example'
          secret env:IRELANDPAY_CRM_API_KEY
          auth header 'Authorization' 'Bearer {secret}'
          settings from 'IRELANDPAY'
          budget 60 per minute, 5 at once
          budget 10 per 1 second
          budget 10000 per day
          budget 80 per 90 seconds
          retries 4 backoff 1.5 s timeout 20 s
          breaker 7 failures, 2 min
          retry when header 'Stripe-Should-Retry' is 'true'
          never retry when header 'Stripe-Should-Retry' is 'false'
          limited when body 'error.code' is '3001'
          settle 60 s
          send header 'Accept' 'application/json'

          stream residuals after merchants into crm.residuals key (merchant_id, month)
            get '/residuals'
            deletes sweep daily then remove
            column merchant_id bigint
            column month date

          stream merchants into crm.merchants key id   # the first to be fetched
            get '/merchants'
            with 'status' 'all'
            with 'expand[]' 'a'
            with 'expand[]' ''
            page 'page' from 0 size 'per_page' 100 until empty
            rows 'data'
            count 'meta.total'
            changed updated_at since 'updated_since' before 'updated_before' as seconds lookback 2 h
            item '/merchants/{id}'
            history from '2024-04-01' by month
            remembers 30 days
            deletes sweep weekly then mark deleted_at
            unknown quarantine
            private email, name
            column id bigint
            column name text from 'profile.name' required
            column email text
            column price numeric(12,2)  required
            column date date
            column updated_at timestamptz from milliseconds 'created'
            example 'a page'
              given { "data": [ { "id": 1, "profile": { "name": "A" } } ] }
              gives { "id": 1, "name": "A" }, { "id": 2 }
            example 'bad row' given { "data": [ {"id": "x"} ] } fails data.type column id
            example 'none' given { "data": [] } gives nothing

          stream date into crm.dates key date
            get '/dates'
            column date date
            example 'a bare array' given [ {"date": "2024-01-31"} ] gives { "date": "2024-01-31" }
        """#
}
