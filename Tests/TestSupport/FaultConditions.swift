/// What holds for all connections of a proxy while bytes move, and what came of it.
struct FaultConditions {
    var fault = Fault.none
    var counters = FaultCounters()
    var now = ContinuousClock.now
}
