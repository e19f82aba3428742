package postgres_test

import (
	"fmt"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks/postgres"
)

func TestDSNsAreReadAsLibpqReadsThem(t *testing.T) {
	for dsn, want := range map[string]string{
		"postgres://":                                       "map[]",
		"postgresql://h":                                    "map[host:h]",
		"postgres:///d":                                     "map[dbname:d]",
		"postgres://u@h/":                                   "map[host:h user:u]",
		"postgres://u:@h:/d":                                "map[dbname:d host:h user:u]",
		"postgres://:p@h":                                   "map[host:h password:p]",
		"postgres://u:p:q@h":                                "map[host:h password:p:q user:u]",
		"postgres://%75:%40@h/%2F":                          "map[dbname:/ host:h password:@ user:u]",
		"postgres://a:1,b,c:3/d":                            "map[dbname:d host:a,b,c port:1,,3]",
		"postgres://a,b":                                    "map[host:a,b]",
		"postgres://[::1]:5,[::2],[fe80::1]":                "map[host:::1,::2,fe80::1 port:5,,]",
		"postgres://%2Frun%2Fpg:5/d":                        "map[dbname:d host:/run/pg port:5]",
		"postgres://?host=/run&user=u&&":                    "map[host:/run user:u]",
		"postgres://h/d?sslmode=require&options=-c%20a%3Db": "map[dbname:d host:h options:-c a=b sslmode:require]",
		"postgres://h?user=a&user=b":                        "map[host:h user:b]",
		"host=h":                                            "map[host:h]",
		" host = h\tuser\n=\nu ":                            "map[host:h user:u]",
		`user=u password='it\'s \\ 1'`:                      `map[password:it's \ 1 user:u]`,
		`user=u password=a\ b\'c'd`:                         `map[password:a b'c'd user:u]`,
		`password='' user=u dbname=`:                        "map[dbname: password: user:u]",
		`password='a'user=u`:                                "map[password:a user:u]",
		`password=\`:                                        `map[password:\]`,
	} {
		if words, err := postgres.ParseDSN(dsn); err != nil || fmt.Sprint(words) != want {
			t.Errorf("%q = %v, %v, want %s", dsn, words, err, want)
		}
	}
	for _, dsn := range []string{
		"", " ", "host", "=x", " =x", "a b=c", "password='a", `password='a\'`, "postgres://h/a b", "postgres://h/#x", "postgres://h/\x7f",
		"postgres://u@v@h/d", "postgres://h/d@x", "postgres://h/a/b", "postgres://[::1]5/d", "postgres://h:1:2/d", "postgres://%zz@h",
		"postgres://u:%zz@h", "postgres://h/%zz", "postgres://%zz", "postgres://h?user", "postgres://h?user=%zz", "postgres://h?a@b=c", "host=h\x00",
	} {
		if words, err := postgres.ParseDSN(dsn); err == nil {
			t.Errorf("%q = %v, want an error", dsn, words)
		}
	}
}
