use super::super::testing::{check, found, rows, survives};

#[test]
fn assignments() {
    rows(
        "password",
        &[
            ("password=hunter2", "hunter2"),
            ("DB_PASSWORD=letmein", "letmein"),
            ("export PGPASSWORD='s3cr3t pw'", "s3cr3t pw"),
            ("set PASSWORD=p@ss;w0rd&1", "p@ss;w0rd&1"),
            (
                "db:\n  user: app\n  password: swordfish\n  port: 1",
                "swordfish",
            ),
            ("  password:   \"tr0ub4dor\"  # old", "tr0ub4dor"),
            ("[client]\npassword = letmein\nhost=x", "letmein"),
            (
                "Server=db;User Id=sa;Password=S3cr!et,1;Encrypt=true",
                "S3cr!et,1",
            ),
            ("Pwd=abc123xyz;Uid=sa", "abc123xyz"),
            ("see pwd=pepper-Sommer-87 - x", "pepper-Sommer-87"),
            ("pwd: Sommer2010!", "Sommer2010!"),
            ("pw=Sommer2010!", "Sommer2010!"),
            ("{\"user\":\"bob\",\"password\":\"hunter2\",", "hunter2"),
            ("{\\\"password\\\": \\\"hunter2\\\"}", "hunter2"),
            ("'password' => 'hunter2',", "hunter2"),
            ("config[\"password\"] = \"hunter2\"", "hunter2"),
            ("let password: &str = \"hunter2\";", "hunter2"),
            ("password: str = 'hunter2'", "hunter2"),
            ("**Password:** hunter2", "hunter2"),
            ("- Password: `hunter2`", "hunter2"),
            ("password：hunter2", "hunter2"),
            ("login failed (password=hunter2)", "hunter2"),
            ("password: |\n  hunter two\nnext: x", "hunter two"),
            ("Environment=DB_PASS=hunter2", "hunter2"),
            ("spring.datasource.password=hunter2", "hunter2"),
            ("Passwort: geheim12", "geheim12"),
            ("Contraseña: secreta99", "secreta99"),
        ],
    );
    rows(
        "api_key",
        &[
            ("api_key: 0d5e1f6a9b3c8274", "0d5e1f6a9b3c8274"),
            ("the api key: a1b2c3d4e5f6g7", "a1b2c3d4e5f6g7"),
            ("GET /v1?q=1&api_key=a1b2c3d4e5&lang=en", "a1b2c3d4e5"),
            (
                "AccountName=x;AccountKey=q8Zr2LmXc4Vb7NkJh5Gf1Ds9==;EndpointSuffix=y",
                "q8Zr2LmXc4Vb7NkJh5Gf1Ds9==",
            ),
        ],
    );
    rows(
        "token",
        &[
            (
                "//npm.example.com/:_authToken=a1b2c3d4-e5f6-7890",
                "a1b2c3d4-e5f6-7890",
            ),
            (
                "/cb#access_token=a1b2c3d4e5f6&expires_in=3600",
                "a1b2c3d4e5f6",
            ),
        ],
    );
    check("PIN: 4821", &[("pin", "4821")]);
    check("CVV: 123", &[("card_security_code", "123")]);
}

#[test]
fn pairs_and_markup() {
    rows(
        "password",
        &[
            ("- name: DB_PASSWORD\n  value: hunter2", "hunter2"),
            ("{\"name\":\"DB_PASSWORD\",\"value\":\"hunter2\"", "hunter2"),
            ("<password>hunter2</password>", "hunter2"),
            (
                "<wsse:Password Type=\"x\">hunter2</wsse:Password>",
                "hunter2",
            ),
            ("<pass><![CDATA[hunter2]]></pass>", "hunter2"),
            ("<user password=\"hunter2\"/>", "hunter2"),
            (
                "<input type=\"password\" name=\"pw\" value=\"hunter2\">",
                "hunter2",
            ),
            ("<input value=\"hunter2\" name='password'>", "hunter2"),
            ("<add key=\"DbPassword\" value=\"hunter2\" />", "hunter2"),
            ("<property name=\"password\">hunter2</property>", "hunter2"),
            ("<key>password</key>\n<string>hunter2</string>", "hunter2"),
            ("<tr><td>Password:</td><td>hunter2</td></tr>", "hunter2"),
        ],
    );
}

#[test]
fn command_lines() {
    rows(
        "password",
        &[
            ("psql --password hunter2 -h db", "hunter2"),
            ("tool --password=hunter2", "hunter2"),
            ("tool --db-password \"two words\" -v", "two words"),
            ("[\"tool\", \"--password\", \"hunter2\"]", "hunter2"),
            ("curl -u alice:hunter2 https://x", "hunter2"),
            ("curl -s --user 'alice:hunter2' https://x", "hunter2"),
            ("mysql -u root -phunter2 shop", "hunter2"),
            ("sshpass -p hunter2 ssh x", "hunter2"),
            ("curl https://x | mysql -phunter2 shop", "hunter2"),
            ("redis-cli -h x -a hunter2 ping", "hunter2"),
            ("docker login -u me -p hunter2 reg", "hunter2"),
            ("ldapsearch -x -D cn=admin -w hunter2 -b x", "hunter2"),
        ],
    );
}

#[test]
fn statements_and_files() {
    rows(
        "password",
        &[
            ("CREATE USER 'a'@'%' IDENTIFIED BY 'hunter2';", "hunter2"),
            ("create user a identified by hunter2", "hunter2"),
            ("ALTER ROLE a WITH PASSWORD 'hunter2';", "hunter2"),
            ("SET PASSWORD FOR a = PASSWORD('hunter2')", "hunter2"),
            (
                "UPDATE users SET password = 'hunter2' WHERE id = 1",
                "hunter2",
            ),
            (
                "INSERT INTO users (id, name, password) VALUES (1, 'bob', 'hunter2')",
                "hunter2",
            ),
            (
                "machine api.example.com login bob password hunter2",
                "hunter2",
            ),
            ("machine x\n  login bob\n  password hunter2\n", "hunter2"),
            ("db.example.com:5432:shop:app:hunter2", "hunter2"),
            ("*:*:*:app:hunter2\n", "hunter2"),
            ("port 6379\nrequirepass hunter2\n", "hunter2"),
            ("define('DB_PASSWORD', 'hunter2');", "hunter2"),
            ("'password' => env('DB_PASSWORD', 'hunter2'),", "hunter2"),
            ("source.setPassword(\"hunter2\");", "hunter2"),
        ],
    );
}

#[test]
fn headers() {
    check(
        "curl -H 'Authorization: Bearer a1b2c3d4e5f6g7h8i9' x",
        &[("bearer_token", "a1b2c3d4e5f6g7h8i9")],
    );
    check(
        "Authorization: Basic YWxpY2U6aHVudGVyMg==\r\nHost: x",
        &[("basic_auth", "YWxpY2U6aHVudGVyMg==")],
    );
    check(
        "Authorization: token a1b2c3d4e5f6",
        &[("authorization", "a1b2c3d4e5f6")],
    );
    check(
        "got Bearer a1b2c3d4e5f6g7h8i9 back",
        &[("bearer_token", "a1b2c3d4e5f6g7h8i9")],
    );
    check(
        "Cookie: theme=dark; sid=a1b2c3d4e5f6; lang=en",
        &[("cookie", "a1b2c3d4e5f6")],
    );
    check(
        "Set-Cookie: session=a1b2c3d4e5f6; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
        &[("cookie", "a1b2c3d4e5f6")],
    );
    check("X-API-Key: a1b2c3d4e5f6", &[("api_key", "a1b2c3d4e5f6")]);
}

#[test]
fn tables() {
    rows(
        "password",
        &[
            ("user,password,role\nbob,hunter2,admin\n", "hunter2"),
            ("user\tpassword\nbob\thunter2", "hunter2"),
            (
                " id | password | role \n----+----------+------\n  1 | hunter2  | admin\n(1 row)",
                "hunter2",
            ),
            (
                "| user | password |\n|---|---|\n| bob | hunter2 |",
                "hunter2",
            ),
            ("USER   PASSWORD   ROLE\nbob    hunter2    admin", "hunter2"),
            (
                "│ user │ password │\n├──────┼──────────┤\n│ bob  │ hunter2  │",
                "hunter2",
            ),
            (
                "-[ RECORD 1 ]---\nuser     | bob\npassword | hunter2",
                "hunter2",
            ),
        ],
    );
    check(
        "name,password\nann,letmein\nbob,\"hun,ter2\"\n",
        &[("password", "letmein"), ("password", "hun,ter2")],
    );
}

#[test]
fn sentences() {
    rows(
        "password",
        &[
            ("the password is hunter2", "hunter2"),
            ("Your new password for alice is hunter2.", "hunter2"),
            (
                "The admin password was changed to Tr0ub4dor&3 yesterday",
                "Tr0ub4dor&3",
            ),
            ("password is `swordfish`", "swordfish"),
            ("I reset the password for bob to hunter2.", "hunter2"),
            ("my pw is hunter2", "hunter2"),
            ("La contraseña es hunter2", "hunter2"),
            ("Das Passwort lautet geheim12", "geheim12"),
            ("パスワードは hunter2 です", "hunter2"),
            ("密码是hunter2", "hunter2"),
            ("пароль: hunter2", "hunter2"),
            ("비밀번호: hunter2", "hunter2"),
        ],
    );
    check("my pin is 4821", &[("pin", "4821")]);
}

#[test]
fn talk_about_secrets_survives() {
    survives(&[
        "the password is required",
        "password is incorrect, try again",
        "Enter your password: ",
        "password: string",
        "password: Optional[str] = None",
        "password = os.environ['DB_PASSWORD']",
        "password=${DB_PASSWORD}",
        "password: ${{ secrets.DB_PASSWORD }}",
        "DB_PASSWORD=$DB_PASSWORD",
        "password = get_password(user)",
        "const token = await getToken();",
        "token = request.headers.get('Authorization')",
        "const { password } = req.body;",
        "if (password == other) {",
        "password: ********",
        "password=[password]",
        "use --password to give one, --token for a token",
        "--password <password>",
        "max_tokens: 4096, token_type: bearer",
        "token: USDC",
        "next_page_token=a1b2c3d4e5f6",
        "public key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        "secretKeyRef:\n  name: db-credentials\n  key: password",
        "existingSecret: db-credentials",
        "secret: my-app-credentials",
        "Authorization: Bearer <token>",
        "Authorization: Bearer $TOKEN",
        "WWW-Authenticate: Bearer realm=\"x\", error=\"invalid_token\"",
        "Basic authentication is used; Bearer tokens are not",
        "Unexpected token '}' in JSON at position 12",
        "primary key: user_id_2024, foreign key: order_id_17",
        "key: value1, sort_key=a1b2c3d4",
        "the pin is on the left; pin 13 is high",
        "seed: 42",
        "name,type\npassword,string\ntoken,string\n",
        "pass: 12, fail: 3",
        "class Password: pass",
        "curl -u $USER:$PASS https://x",
        "mysql -u root -p shop",
        "The author of this session key exchange, authored by token holders",
        "password,",
        "secret_key: &SecretKey, other: CFStringRef, key_password: key_password",
        "signing_key: Ed25519SigningKey,",
        "passwd = fallback_getpass(prompt, stream)",
        "self.auth = BasicAuth(index_urls=index_urls)",
        "my $pass = $assert->{pass};",
        "t.pass(\"tests/01-parse-header.rs\");",
        "    float::{FloatLit, FloatType},\n    token::{TokenLit, TokenType},\n    a::{b, c},\n",
        "    session,\n    suppress_no_index=True,\n",
        "the --username and --password options",
        "verify_password(\"alice\", input)",
        "pass through",
    ]);
}

#[test]
fn hostile_texts_cost_little_and_cut_no_character() {
    for text in [
        "password=é",
        "password: \"é",
        "密码",
        "password\u{3000}=\u{3000}x",
        "password='",
        "--password",
        "<password>",
        "<password",
        "password=\\",
        "Authorization:",
        "Cookie:",
        "token=é1é2é3é4é5é6",
        "curl -u é:é",
        "curl é\né",
        "identified by",
        "a:5432:é:é:é",
        "密码：",
        "INSERT INTO x (password",
    ] {
        found(text, &[], false);
    }
    let many = "password,".repeat(20_000);
    assert_eq!(found(&many, &[], false), []);
    let nested = "(".repeat(50_000) + "password";
    assert_eq!(found(&nested, &[], false), []);
}

#[test]
fn marks_around_values() {
    rows(
        "api_key",
        &[
            (
                "2. paste API_KEY: (0wl220GWNqmhgJAHalYLkCoiE)",
                "0wl220GWNqmhgJAHalYLkCoiE",
            ),
            (
                "API_KEY: <0wl220GWNqmhgJAHalYLkCoiE>",
                "0wl220GWNqmhgJAHalYLkCoiE",
            ),
            (
                "API_KEY: [0wl220GWNqmhgJAHalYLkCoiE]",
                "0wl220GWNqmhgJAHalYLkCoiE",
            ),
            (
                "API_KEY: <<0wl220GWNqmhgJAHalYLkCoiE>>",
                "0wl220GWNqmhgJAHalYLkCoiE",
            ),
            (
                "API_KEY: “0wl220GWNqmhgJAHalYLkCoiE”",
                "0wl220GWNqmhgJAHalYLkCoiE",
            ),
            (
                "API_KEY: **0wl220GWNqmhgJAHalYLkCoiE**",
                "0wl220GWNqmhgJAHalYLkCoiE",
            ),
            (
                "apikey:\n  jNYd2aWSCu0FbqtThAF7kw\n",
                "jNYd2aWSCu0FbqtThAF7kw",
            ),
            (
                "java -Dapi_key=8gTDaI6k5BAWvMqFRST7qm -jar app.jar",
                "8gTDaI6k5BAWvMqFRST7qm",
            ),
        ],
    );
    survives(&[
        "password: [masked]",
        "password: [email:k7q2abcdefgh]",
        "password: (see below)",
        "Password:</td>",
        "password:\n  - one\n  - two",
        "secrets:\n  database:\n    image: x",
    ]);
}

#[test]
fn letters_alone() {
    rows(
        "password",
        &[
            (
                "host=db port=5432 user=app password=rocketGIpkRcgAavc sslmode=require",
                "rocketGIpkRcgAavc",
            ),
            (
                "/orders?user=app&password=pepperXIbveP&ssl=true",
                "pepperXIbveP",
            ),
            (
                "Server=db;User ID=app;password=orangeOgKIKe;Encrypt=true",
                "orangeOgKIKe",
            ),
            (
                "env:\n  POSTGRES_PASSWORD: LisboaKTQDoIwVfko\n",
                "LisboaKTQDoIwVfko",
            ),
            (
                "machine git.acme.io login ci password soleilWiIFTtKdx",
                "soleilWiIFTtKdx",
            ),
            (
                "docker login -u ci --password orangeUOaIpCx registry.acme.io",
                "orangeUOaIpCx",
            ),
        ],
    );
    survives(&[
        "connect(user=name, password=SecretString)",
        "struct Login {\n    password: SecretString,\n}",
        "cfg.PrivateKey = testServerPrivateKey\n",
        "val password: String",
        "pwd=/home/runner/work",
        "PWD=/srv/app",
        "cwd = process.cwd(); pwd = os.getcwd()",
        "password = userInput;",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/orders-AbCdEf",
    ]);
}
