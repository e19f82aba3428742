package scrub_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

func TestCommandLinesAreScrubbed(t *testing.T) {
	s := knowing("hunter2!x")
	for _, words := range [][2]string{
		{"app --password x1", "app --password ********"},
		{"app --pass v", "app --pass ********"},
		{"app -password v", "app -password ********"},
		{"app -token=v --x=1", "app -token=******** --x=1"},
		{"app --key=v", "app --key=********"},
		{"app -p v", "app -p ********"},
		{"app -p -v", "app -p -v"},
		{"app -p=v", "app -p=********"},
		{"app -p", "app -p"},
		{"app -pv", "app -pv"},
		{"mysql -psecret db", "mysql -p******** db"},
		{"/usr/bin/mysqldump -psecret", "/usr/bin/mysqldump -p********"},
		{"sudo mariadb -uroot -psecret", "sudo mariadb -uroot -p********"},
		{"mysql -p db", "mysql -p ********"},
		{"app -a v", "app -a v"},
		{"/opt/redis-cli -a s3cret --no-auth-warning ping", "/opt/redis-cli -a ******** --no-auth-warning ping"},
		{"redis-cli --pass x -u redis://:pw@h:6379", "redis-cli --pass ******** -u redis://:********@h:6379"},
		{"curl -u bob:pw:d https://h", "curl -u bob:******** https://h"},
		{"curl -ubob:pw https://h", "curl -ubob:******** https://h"},
		{"curl -u bob https://h", "curl -u bob https://h"},
		{"curl --user bob:pw --proxy-user a:b", "curl --user bob:******** --proxy-user a:********"},
		{"curl -H X-Api-Key:abc -H Accept:x", "curl -H X-Api-Key:******** -H Accept:x"},
		{"curl --header=Cookie:a=b", "curl --header=Cookie:********"},
		{"curl -HAuthorization:abc", "curl -HAuthorization:********"},
		{"psql --no-password mydb", "psql --no-password mydb"},
		{"app --ask-pass x --password-prompt y", "app --ask-pass x --password-prompt y"},
		{"app --token -- x", "app --token -- x"},
		{"env A=1 API_KEY=abc B=2", "env A=1 API_KEY=******** B=2"},
		{"docker run --env=DB_PASSWORD=x -e DB_PASSWORD=y img", "docker run --env=DB_PASSWORD=******** -e DB_PASSWORD=******** img"},
		{"kubectl create --from-literal=password=x", "kubectl create --from-literal=password=********"},
		{"java -Ddb.password=x -Xmx1g -jar a.jar", "java -Ddb.password=******** -Xmx1g -jar a.jar"},
		{"app postgres://u:p@h/x --url=redis://:pw@h", "app postgres://u:********@h/x --url=redis://:********@h"},
		{"app https://h/?token=a&b=1", "app https://h/?token=********&b=1"},
		{"app --note=hunter2!x", "app --note=********"},
		{"app --keepalive=30s --port 80 --path /x", "app --keepalive=30s --port 80 --path /x"},
		{"keytool list", "keytool list"},
	} {
		in := strings.Fields(words[0])
		got := s.Argv(in)
		if strings.Join(got, " ") != words[1] {
			t.Errorf("Argv(%q)\n   = %q\nwant %q", in, got, words[1])
		}
		if again := s.Argv(got); !reflect.DeepEqual(again, got) {
			t.Errorf("Argv(%q) = %q: scrubbing it again changed it", got, again)
		}
	}
}

func TestCommandLineWordsWithBlanks(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, c := range []struct{ in, want []string }{
		{[]string{"sh", "-c", "redis-cli -a s3cret ping && mysql -psecret"}, []string{"sh", "-c", "redis-cli -a ******** ping && mysql -p********"}},
		{[]string{"env", "DB_PASSWORD=a b c"}, []string{"env", "DB_PASSWORD=********"}},
		{[]string{"psql", "host=h password=x dbname=d"}, []string{"psql", "host=h password=******** dbname=d"}},
		{[]string{"app", "--password", ""}, []string{"app", "--password", "********"}},
		{[]string{"curl", "-H", "Accept: text/plain"}, []string{"curl", "-H", "Accept: text/plain"}},
		{[]string{"curl", "-H", "Authorization: Digest username=\"u\""}, []string{"curl", "-H", "Authorization: ********"}},
		{[]string{"app", `--json={"token":"x"}`}, []string{"app", `--json={"token":"********"}`}},
		{nil, []string{}},
	} {
		if got := s.Argv(c.in); !reflect.DeepEqual(got, c.want) {
			t.Errorf("Argv(%q)\n   = %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestArgvLeavesItsInputAlone(t *testing.T) {
	in := []string{"curl", "-HAuthorization:abc", "--token", "x"}
	scrub.New(scrub.Rules{}).Argv(in)
	if want := []string{"curl", "-HAuthorization:abc", "--token", "x"}; !reflect.DeepEqual(in, want) {
		t.Errorf("argv became %q, want %q", in, want)
	}
}

func TestArgvMasksAUserThatIsAKnownSecret(t *testing.T) {
	s := knowing("0a9f8e7d6c5b4a")
	in := []string{"curl", "-u", "0a9f8e7d6c5b4a:x", "-u0a9f8e7d6c5b4a:", "--user=0a9f8e7d6c5b4a:x", "--user", "bob:x"}
	want := []string{"curl", "-u", "********:********", "-u********:********", "--user=********:********", "--user", "bob:********"}
	if got := s.Argv(in); !slices.Equal(got, want) {
		t.Errorf("Argv(%q)\n= %q, want\n  %q", in, got, want)
	}
	if got := s.Argv(want); !slices.Equal(got, want) {
		t.Errorf("twice: %q", got)
	}
}
