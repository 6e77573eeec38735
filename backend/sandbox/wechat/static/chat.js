// Keeps the chat on the page up to date; stays at the newest line unless the reader has scrolled up.
const chat = document.getElementById("chat");
let seen = chat.innerHTML;
let tag = "";

const toNewest = () => { chat.scrollTop = chat.scrollHeight; };

async function look() {
  if (document.hidden) return;
  const answer = await fetch(chat.dataset.source, { headers: tag ? { "If-None-Match": tag } : {} }).catch(() => null);
  if (!answer || answer.status !== 200) return;
  tag = answer.headers.get("ETag") || "";
  const html = await answer.text();
  if (html === seen) return;
  const atNewest = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
  seen = html;
  chat.innerHTML = html;
  if (atNewest) toNewest();
}

toNewest();
setInterval(look, 1500);
document.addEventListener("visibilitychange", look);
