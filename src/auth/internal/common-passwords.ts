// The passwords of ten characters and more that lead the published lists of leaked ones; shorter ones are refused anyway.
const COMMON = new Set(
  `0123456789 01234567890 0987654321 1029384756 1111111111 1122334455 11223344556677 1231231231 123123123123 1234554321
  1234567890 12345678900 12345678901 123456789012 1234567890123 123456789a 123456789abc 123456789q 1234qwerasdf
  1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 9876543210 a123456789 aa12345678 abc1234567 abc123456789 abcdefghij abcdefghijk
  abcd123456 abcd1234567 administrator asdfghjkl1 asdfghjkl; baseball123 basketball changeme123 charlie123 computer123
  dragon1234 football123 hello12345 helloworld iloveyou12 iloveyou123 iloveyou1234 jordan12345 letmein123 letmein1234
  liverpool1 liverpool123 manchester master1234 michael123 monkey1234 mypassword myspace123 p@ssw0rd123 p@ssword123
  passw0rd12 passw0rd123 password00 password01 password10 password11 password12 password123 password1234 password12345
  password123456 password2024 password2025 password21 password99 passwordpassword pokemon123 princess12 princess123
  q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qazwsx1234 qwerty1234 qwerty12345 qwerty123456 qwertyuiop qwertyuiop1
  qwertyuiop123 qwertyuiopasdfghjkl samsung123 scoobydoo1 spiderman1 starwars123 sunshine12 sunshine123 superman12
  superman123 test123456 test1234567 testtest123 trustno1trustno1 unbelievable welcome123 welcome1234 welcome12345
  whatever123 zaq12wsxcde3 zxcvbnm123 zxcvbnm1234`.split(/\s+/),
);
const ONE_CHARACTER_ONLY = /^(.)\1*$/su;

export function isCommonPassword(password: string): boolean {
  return COMMON.has(password.toLowerCase()) || ONE_CHARACTER_ONLY.test(password);
}
