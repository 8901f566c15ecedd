/// A size of time bucket, in UTC. Buckets are numbered from the Unix epoch; one expires by itself when it's old.
package enum Resolution: UInt8, CaseIterable, Sendable {
  case minute
  case hour
  case day

  /// Seconds in a bucket.
  package var seconds: Int64 {
    switch self {
    case .minute: 60
    case .hour: 3600
    case .day: 86_400
    }
  }

  /// How long a bucket is kept after its end, in seconds: 48 hours, 90 days, 2 years.
  package var retention: Int64 {
    switch self {
    case .minute: 48 * 3600
    case .hour: 90 * 86_400
    case .day: 730 * 86_400
    }
  }

  /// What it is called in key names. Stored data: never change.
  package var letter: String {
    switch self {
    case .minute: "m"
    case .hour: "h"
    case .day: "d"
    }
  }

  /// Up to how many different users of a dimension a bucket counts exactly; above, HyperLogLog estimates.
  package static let exactUsers = 1000

  /// How many bytes of visits (see ``WaitingVisits``) may wait beside a bot's row before they are folded into it: some
  /// 1,000 visits. Minutes, of which only the latest are looked at much, seldom get to theirs.
  package var waitingBytes: Int { self == .minute ? 65_536 : 16_384 }

  /// Of how many dimensions (see ``Dimension``) a bot's bucket counts different users; the rest shares one.
  package var dimensionLimit: Int { self == .minute ? 500 : 2000 }

  /// How many combinations of event and params a bot's bucket counts uses by; the rest shares one.
  package static let combinationLimit = 2000

  /// How many buckets' online peaks share one key: few enough that Redis keeps the hash as a list (128 entries).
  package var peaksPerKey: Int64 {
    switch self {
    case .minute: 60
    case .hour: 96
    case .day: 100
    }
  }

  /// The number of the bucket that a time (Unix seconds) falls in.
  package func bucket(at seconds: Int64) -> Int64 {
    let (quotient, remainder) = seconds.quotientAndRemainder(dividingBy: self.seconds)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// When a bucket begins, in Unix seconds.
  package func start(ofBucket bucket: Int64) -> Int64 { bucket * seconds }

  /// When a bucket's counters expire, in Unix seconds.
  package func expiry(ofBucket bucket: Int64) -> Int64 { (bucket + 1) * seconds + retention }
}
