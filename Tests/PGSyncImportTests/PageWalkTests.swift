import JSON
import Testing

@testable import PGSyncImport
@testable import PGSyncRules

@Suite("A walk through pages")
struct PageWalkTests {
    private func page(_ count: Int, total: Int? = nil) -> ImportPage {
        var page = ImportPage(rows: Array(repeating: .object(JSONObject()), count: count))
        page.total = total
        return page
    }

    /// Takes a page with these keys, and goes on as it says.
    private func take(
        _ walk: inout PageWalk,
        _ keys: [String?],
        next: String?,
        total: Int? = nil
    ) -> PageWalk.Step {
        walk.take(page(keys.count, total: total), next: next.map { PagePlace(written: $0) }, keys: keys)
    }

    private func walk(_ token: String? = nil, isCounted: Bool = false) -> PageWalk {
        PageWalk(place: PagePlace(written: token), isFromStart: token == nil, firstPage: isCounted ? 1 : nil)
    }

    @Test("writes page after page to the last")
    func plain() {
        var walk = walk()
        #expect(take(&walk, ["1", "2"], next: "a") == .write(isLast: false))
        #expect(walk.place.token == "a")
        #expect(take(&walk, ["3"], next: nil) == .write(isLast: true))
    }

    @Test("asks again for a page that is answered twice, and stops where it is answered again and again")
    func repeated() {
        var walk = walk()
        #expect(take(&walk, ["1", "2"], next: "a") == .write(isLast: false))
        // The answer before has come once more: it says that the next page is the one that was asked for.
        #expect(take(&walk, ["1", "2"], next: "a") == .again)
        #expect(take(&walk, ["3", "4"], next: "b") == .write(isLast: false))
        for _ in 1...3 { #expect(take(&walk, ["3", "4"], next: "b") == .again) }
        guard case .stop("call.loop", _) = take(&walk, ["3", "4"], next: "b") else {
            Issue.record("it went on")
            return
        }
    }

    @Test("stops at a cursor that stays the same, also without rows")
    func stuck() {
        var walk = walk()
        #expect(take(&walk, [], next: "a") == .write(isLast: false))
        for _ in 1...3 { #expect(take(&walk, [], next: "a") == .again) }
        guard case .stop("call.loop", _) = take(&walk, [], next: "a") else {
            Issue.record("it went on")
            return
        }
    }

    @Test("stops where cursors go in a circle, however long it is", arguments: [2, 3, 7, 100])
    func circle(length: Int) {
        var walk = walk()
        var steps = 0
        while steps < 10 * length {
            steps += 1
            let step = take(&walk, ["\(steps)"], next: "c\(steps % length)")
            guard case .stop(let errorClass, _) = step else { continue }
            #expect(errorClass == "call.loop")
            #expect(steps <= 4 * length)
            return
        }
        Issue.record("it went round \(steps) pages")
    }

    @Test("asks once more for a counted page that has what the page before had, then believes it")
    func shiftedByAPage() {
        var walk = walk(isCounted: true)
        #expect(take(&walk, ["1", "2"], next: "2") == .write(isLast: false))
        #expect(take(&walk, ["1", "2"], next: "3") == .again)
        #expect(walk.place.token == "2")
        #expect(take(&walk, ["1", "2"], next: "3") == .write(isLast: false))
        #expect(walk.place.token == "3")
        #expect(take(&walk, ["3", "4"], next: nil) == .write(isLast: true))
    }

    @Test("stops where all counted pages are the same")
    func samePage() {
        var walk = walk(isCounted: true)
        var number = 1
        for _ in 1...20 {
            switch take(&walk, ["1", "2"], next: "\(number + 1)") {
            case .write: number += 1
            case .again: continue
            case .stop(let errorClass, _):
                #expect(errorClass == "call.loop")
                return
            }
        }
        Issue.record("it went on")
    }

    @Test("goes on through an empty page while the API says that there are more rows, but not for ever")
    func empty() {
        var walk = walk("1", isCounted: true)
        walk.restart()
        #expect(take(&walk, ["1", "2"], next: "2", total: 5) == .write(isLast: false))
        #expect(take(&walk, [], next: nil, total: 5) == .write(isLast: false))
        #expect(walk.place.token == "3")
        #expect(take(&walk, ["3", "4"], next: "4", total: 5) == .write(isLast: false))
        #expect(take(&walk, ["5"], next: "5", total: 5) == .write(isLast: false))
        #expect(take(&walk, [], next: nil, total: 5) == .write(isLast: true))
        var liar = self.walk(isCounted: true)
        for _ in 1...3 { #expect(take(&liar, [], next: nil, total: 5) == .write(isLast: false)) }
        #expect(take(&liar, [], next: nil, total: 5) == .write(isLast: true))
    }

    @Test("makes no cursor of its own out of one that is a number")
    func numericCursor() {
        var walk = walk()
        #expect(take(&walk, ["1", "2"], next: "200", total: 5) == .write(isLast: false))
        #expect(take(&walk, [], next: nil, total: 5) == .write(isLast: true))
    }

    @Test("begins anew when rows have moved, and stops when they never rest")
    func moving() {
        var walk = walk()
        for _ in 1...3 {
            #expect(take(&walk, ["1", "2"], next: "1 2") == .write(isLast: false))
            #expect(take(&walk, ["3", "4"], next: "2 4") == .again)
            #expect(walk.place == PagePlace(nil, isCounted: false))
        }
        #expect(take(&walk, ["1", "2"], next: "1 2") == .write(isLast: false))
        guard case .stop("call.moving", _) = take(&walk, ["3", "4"], next: "2 4") else {
            Issue.record("it went on")
            return
        }
    }

    @Test("goes on where rows have come before it, since the last of the page before is still there")
    func inserted() {
        var walk = walk()
        #expect(take(&walk, ["1", "2", "3"], next: "2 3") == .write(isLast: false))
        #expect(take(&walk, ["2", "3", "4"], next: "4 4") == .write(isLast: false))
    }

    @Test("begins anew when there are fewer rows than there were")
    func fewer() {
        var walk = walk(isCounted: true)
        #expect(take(&walk, ["1", "2"], next: "2", total: 5) == .write(isLast: false))
        #expect(take(&walk, ["4", "5"], next: "3", total: 4) == .again)
        #expect(walk.place == PagePlace(nil, isCounted: false))
        #expect(take(&walk, ["2", "3"], next: "2", total: 4) == .write(isLast: false))
        // More are no reason.
        #expect(take(&walk, ["4", "5"], next: nil, total: 6) == .write(isLast: true))
    }
}

extension PagePlace {
    /// A number and a blank before a key stand for both.
    fileprivate init(written: String?) {
        let parts = written?.split(separator: " ", maxSplits: 1) ?? []
        self.init(nil, isCounted: true)
        token = parts.first.map(String.init)
        expectedKey = parts.count > 1 ? String(parts[1]) : nil
    }
}
