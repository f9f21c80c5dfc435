/// An error that only a test throws.
struct Refused: Error, Equatable {
    var reason = ""
}
