// The agent's desk: who waits, the conversation, and what is known about it.
import { Empty } from "antd";
import { useEffect, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useDesk } from "../context";
import { watching } from "../live";
import { Chat } from "./Chat";
import { Lists } from "./Lists";

export function Console() {
  const { t } = useDesk();
  const { id } = useParams();
  const navigate = useNavigate();
  const [side, setSide] = useState(false);

  useEffect(() => {
    watching.id = id;
    setSide(false);
    return () => { watching.id = undefined; };
  }, [id]);

  return (
    <div className={id === undefined ? "console" : side ? "console chosen side" : "console chosen"}>
      <Lists selected={id} onSelect={(next) => void navigate(`/console/${encodeURIComponent(next)}`)} />
      {id === undefined ? <div className="centre blank"><Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("choose")} /></div>
        : <Chat key={id} id={id} side={side} onSide={() => setSide(!side)} onBack={() => void navigate("/console")} />}
    </div>
  );
}
