import { GlobalOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { ApiError } from "../api/http";
import { staff } from "../api/staff";
import type { Language, Me } from "../api/types";
import type { Desk } from "./context";
import { Logo } from "./Logo";
import { problem } from "./problem";

export function Login({ t, language, setLanguage, onMe }: { t: Desk["t"]; language: Language; setLanguage: (l: Language) => void; onMe: (me: Me) => void }) {
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async ({ email, password }: { email: string; password: string }) => {
    setBusy(true);
    setFailure("");
    try {
      onMe(await staff.login(email.trim(), password));
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      setFailure(status === 401 || status === 403 ? t("loginFailed") : status === 429 ? t("loginOften") : problem(error, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="login">
      <section className="pitch"><Logo size={44} /><h1>{t("product")}</h1><p>{t("loginText")}</p></section>
      <section className="sign">
        <Button type="text" icon={<GlobalOutlined />} className="corner" data-testid="language" onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>{t("language")}</Button>
        <Form layout="vertical" requiredMark={false} onFinish={submit} className="form">
          <h2>{t("loginTitle")}</h2>
          {failure ? <Alert type="error" title={failure} showIcon role="alert" data-testid="login-error" style={{ marginBottom: 16 }} /> : null}
          <Form.Item name="email" label={t("email")} rules={[{ required: true, message: t("emailNeeded") }]}><Input size="large" autoComplete="username" autoFocus data-testid="email" /></Form.Item>
          <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordNeeded") }]}><Input.Password size="large" autoComplete="current-password" data-testid="password" /></Form.Item>
          <Button type="primary" htmlType="submit" size="large" block loading={busy} data-testid="login">{t("login")}</Button>
        </Form>
      </section>
    </div>
  );
}
