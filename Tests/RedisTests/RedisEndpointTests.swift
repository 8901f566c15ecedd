import Redis
import Testing

@Suite("Redis URLs")
struct RedisEndpointTests {
  @Test(
    "good ones",
    arguments: [
      ("redis://localhost", RedisEndpoint(address: .tcp(host: "localhost", port: 6379))),
      ("REDIS://10.0.0.1:7000/", RedisEndpoint(address: .tcp(host: "10.0.0.1", port: 7000))),
      ("redis://h/15", RedisEndpoint(address: .tcp(host: "h", port: 6379), database: 15)),
      ("redis://[::1]:1/2", RedisEndpoint(address: .tcp(host: "::1", port: 1), database: 2)),
      ("redis://[fe80::1]", RedisEndpoint(address: .tcp(host: "fe80::1", port: 6379))),
      ("redis://:p@h", RedisEndpoint(address: .tcp(host: "h", port: 6379), password: "p")),
      ("redis://u:p@h:65535", RedisEndpoint(address: .tcp(host: "h", port: 65535), username: "u", password: "p")),
      (
        "redis://u%40x:a%2Fb%3A%23%d0%b9@h",
        RedisEndpoint(address: .tcp(host: "h", port: 6379), username: "u@x", password: "a/b:#й")
      ),
      ("redis://u:a@b:c@h", RedisEndpoint(address: .tcp(host: "h", port: 6379), username: "u", password: "a@b:c")),
      ("redis://u:@h", RedisEndpoint(address: .tcp(host: "h", port: 6379), username: "u", password: "")),
      ("unix:///run/redis.sock", RedisEndpoint(address: .unix(path: "/run/redis.sock"))),
      ("unix:///run/my%20redis.sock?db=3", RedisEndpoint(address: .unix(path: "/run/my redis.sock"), database: 3)),
      ("unix://:p@/run/redis.sock", RedisEndpoint(address: .unix(path: "/run/redis.sock"), password: "p")),
      ("unix:///a@b.sock", RedisEndpoint(address: .unix(path: "/a@b.sock"))),
    ]
  )
  func good(url: String, expected: RedisEndpoint) throws {
    #expect(try RedisEndpoint(url: url) == expected)
  }

  @Test(
    "bad ones, with what the error must name",
    arguments: [
      ("", "redis://"), ("localhost:6379", "redis://"), ("http://h", "scheme"), ("rediss://h", "TLS"),
      ("redis://", "host"), ("redis:///1", "host"), ("redis://:6379", "host"), ("redis://u:p@", "host"),
      ("redis://h:", "port"), ("redis://h:0", "port"), ("redis://h:65536", "port"), ("redis://h:+1", "port"),
      ("redis://h:6379x", "port"), ("redis://::1", "host"), ("redis://fe80::1", "port"), ("redis://[::1", "]"),
      ("redis://[::1]x", "]"),
      ("redis://h/x", "database"), ("redis://h/-1", "database"), ("redis://h/1/2", "database"),
      ("redis://h/99999999999999999999", "database"), ("redis://h?db=1", "?"), ("redis://p@h", "password"),
      ("redis://:%zz@h", "password"), ("redis://:%4@h", "password"), ("redis://:%ff@h", "password"),
      ("redis://%00:p@h", "user"), ("unix://run/redis.sock", "host"), ("unix://", "path"), ("unix:///", "path"),
      ("unix:///a?x=1", "db"), ("unix:///a?db=", "database"), ("unix:///%0", "path"),
    ]
  )
  func bad(url: String, named: String) {
    #expect {
      try RedisEndpoint(url: url)
    } throws: { error in
      "\(error)".hasPrefix("Redis URL: ") && "\(error)".contains(named)
    }
  }

  @Test("a description never holds user or password")
  func description() throws {
    for url in ["redis://secret:hidden@h:1/2", "unix://secret:hidden@/s?db=1", "redis://secret:hidden@[::1]:1"] {
      let text = try "\(RedisEndpoint(url: url))"
      #expect(!text.contains("secret") && !text.contains("hidden"))
      let plain = url.replacing("secret:hidden@", with: "")
      #expect(text == plain)
    }
  }
}
