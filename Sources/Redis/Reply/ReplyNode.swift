/// One value of a reply on the tape: see `ReplyTape`.
struct ReplyNode {
  let kind: RedisReply.Kind
  /// The position of the next element of the same array; 0 when this is the last one (or not in an array).
  var next: UInt32
  /// Bytes of a text, elements of an array.
  let count: Int
  /// An integer's value; where a text starts; for an array that is being read, the position of its last element.
  var value: Int
}
