import PGSyncRules

/// The walk through the pages of a span: what may go on, what goes back to the first page, and what goes in circles.
struct PageWalk {
    enum Step: Equatable {
        /// Write the page; the walk is at the next one already.
        case write(isLast: Bool)
        /// Ask again, from where the walk is now.
        case again
        case stop(errorClass: String, String)
    }

    /// Rows move under a walk that is slower than they change.
    private static let mostRestarts = 3
    /// A page may be answered twice when rows come before it.
    private static let mostRepeats = 3
    /// An API may have a page without rows before others.
    private static let mostEmpty = 3

    private(set) var place: PagePlace
    /// Whether all rows of the span so far were seen by this walk.
    private var isFromStart: Bool
    /// The number of the first page where pages have numbers.
    private let firstPage: Int?
    private var seen = 0
    private(set) var total: Int?
    private var restarts = 0
    /// How often this page was asked for again.
    private var askedAgain = 0
    private var repeats = 0
    private var empty = 0
    private var lastPage: [String?] = []
    private var circle = Circle()

    init(place: PagePlace, isFromStart: Bool, firstPage: Int?) {
        self.place = place
        self.isFromStart = isFromStart
        self.firstPage = firstPage
    }

    var mayRestart: Bool { restarts < Self.mostRestarts }

    mutating func restart() {
        restarts += 1
        place = PagePlace(nil, isCounted: false)
        (seen, total, askedAgain, repeats, empty, lastPage, isFromStart) = (0, nil, 0, 0, 0, [], true)
        circle = Circle()
    }

    mutating func take(
        _ page: ImportPage,
        next: PagePlace?,
        keys: some Collection<String?>
    ) -> Step {
        let keys = Array(keys)
        // Where rows have come before it, the last of the page before is still there.
        if let expected = place.expectedKey, !keys.contains(expected) { return moved() }
        if let before = total, let now = page.total, now < before { return moved() }
        let signature: [String?] = [keys.first ?? nil, keys.last ?? nil, String(page.rows.count)]
        let isRepeated = !page.rows.isEmpty && signature == lastPage
        // An answer of a cache or to another call says that the next page is this one; asking again may help.
        if next != nil, next == place {
            guard askedAgain < Self.mostRepeats else { return Self.loop }
            askedAgain += 1
            return .again
        }
        if isRepeated {
            guard askedAgain > 0 else {
                askedAgain += 1
                return .again
            }
            repeats += 1
            guard repeats < Self.mostRepeats else { return Self.loop }
        } else {
            repeats = 0
        }
        if let next, circle.closes(with: next) { return Self.loop }
        askedAgain = 0
        total = page.total ?? total
        lastPage = signature
        seen += page.rows.count - (place.expectedKey == nil ? 0 : 1)
        guard let next else {
            // What it says of its total is no promise, so it is believed for a few pages only.
            if page.rows.isEmpty, isFromStart, let total, seen < total, empty < Self.mostEmpty, let firstPage
            {
                empty += 1
                let number = place.token.flatMap { Int($0) } ?? firstPage
                place.token = String(number + 1)
                return .write(isLast: false)
            }
            return .write(isLast: true)
        }
        if !page.rows.isEmpty { empty = 0 }
        place = next
        return .write(isLast: false)
    }

    private static let loop = Step.stop(
        errorClass: "call.loop",
        "the API answers the same page again and again"
    )

    private mutating func moved() -> Step {
        guard mayRestart else {
            return .stop(errorClass: "call.moving", "rows move from page to page while they are read")
        }
        restart()
        return .again
    }
}

/// Notices that places come round again, by keeping one of them (Brent's way).
private struct Circle {
    private var kept: PagePlace?
    private var steps = 0
    private var limit = 1

    mutating func closes(with place: PagePlace) -> Bool {
        if place == kept { return true }
        steps += 1
        if steps == limit {
            kept = place
            steps = 0
            limit *= 2
        }
        return false
    }
}
