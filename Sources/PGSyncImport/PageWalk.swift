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
    private var seen = 0
    private var total: Int?
    private var restarts = 0
    private var repeats = 0
    private var empty = 0
    private var lastPage: [String?] = []

    init(place: PagePlace, isFromStart: Bool) {
        self.place = place
        self.isFromStart = isFromStart
    }

    var mayRestart: Bool { restarts < Self.mostRestarts }

    mutating func restart() {
        restarts += 1
        place = PagePlace(nil)
        (seen, total, repeats, empty, lastPage, isFromStart) = (0, nil, 0, 0, [], true)
    }

    mutating func take(
        _ page: ImportPage,
        next: PagePlace?,
        keys: some Collection<String?>
    ) -> Step {
        if let expected = place.expectedKey, keys.first ?? nil != expected { return moved() }
        if let before = total, let now = page.total, now < before { return moved() }
        total = page.total ?? total
        let keys = Array(keys)
        let signature: [String?] = [keys.first ?? nil, keys.last ?? nil, String(page.rows.count)]
        let isRepeated = !page.rows.isEmpty && signature == lastPage
        repeats = isRepeated ? repeats + 1 : 0
        guard repeats < Self.mostRepeats, next == nil || next != place || page.rows.isEmpty else {
            return .stop(errorClass: "call.loop", "the API answers the same page again and again")
        }
        lastPage = signature
        seen += page.rows.count - (place.expectedKey == nil ? 0 : 1)
        guard let next else {
            // What it says of its total is no promise, so it is believed for a few pages only.
            if page.rows.isEmpty, isFromStart, let total, seen < total, empty < Self.mostEmpty,
                let number = place.token.flatMap({ Int($0) }), place.expectedKey == nil
            {
                empty += 1
                place = PagePlace(String(number + 1))
                return .write(isLast: false)
            }
            return .write(isLast: true)
        }
        if !page.rows.isEmpty { empty = 0 }
        place = next
        return .write(isLast: false)
    }

    private mutating func moved() -> Step {
        guard mayRestart else {
            return .stop(errorClass: "call.moving", "rows move from page to page while they are read")
        }
        restart()
        return .again
    }
}
