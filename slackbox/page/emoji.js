/** Emoji: Slack's short names for the common ones, and how emoji are drawn inside text. */
import { el, plain } from "./dom.js";

const TABLE = `
grinning 😀 smile 😄 grin 😁 joy 😂 sweat_smile 😅 wink 😉 blush 😊 slightly_smiling_face 🙂 upside_down_face 🙃
heart_eyes 😍 thinking_face 🤔 neutral_face 😐 expressionless 😑 face_with_rolling_eyes 🙄 relieved 😌 pensive 😔
sleeping 😴 sunglasses 😎 confused 😕 worried 😟 slightly_frowning_face 🙁 open_mouth 😮 astonished 😲 flushed 😳
fearful 😨 cry 😢 sob 😭 scream 😱 tired_face 😫 rage 😡 angry 😠 skull 💀 robot_face 🤖 ghost 👻 see_no_evil 🙈
thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 clap 👏 raised_hands 🙌 pray 🙏 handshake 🤝 wave 👋 ok_hand 👌 muscle 💪
point_up ☝️ point_right 👉 point_left 👈 point_down 👇 raised_hand ✋ eyes 👀 brain 🧠 salute 🫡 shrug 🤷 facepalm 🤦
heart ❤️ broken_heart 💔 sparkling_heart 💖 fire 🔥 sparkles ✨ star ⭐ star2 🌟 zap ⚡ boom 💥 100 💯 tada 🎉
rocket 🚀 ship 🚢 hammer 🔨 hammer_and_wrench 🛠️ wrench 🔧 gear ⚙️ nut_and_bolt 🔩 magnet 🧲 bug 🐛 package 📦
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ heavy_plus_sign ➕
heavy_minus_sign ➖ question ❓ grey_question ❔ exclamation ❗ grey_exclamation ❕ bangbang ‼️ interrobang ⁉️
warning ⚠️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 rotating_light 🚨 construction 🚧 sos 🆘 stop_sign 🛑
red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 blue_circle 🔵
large_purple_circle 🟣 large_brown_circle 🟤 black_circle ⚫ white_circle ⚪ orange_circle 🟠 yellow_circle 🟡
green_circle 🟢 purple_circle 🟣 red_square 🟥 large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨
large_green_square 🟩 large_blue_square 🟦 black_large_square ⬛ white_large_square ⬜ small_red_triangle 🔺
large_blue_diamond 🔷 large_orange_diamond 🔶 small_blue_diamond 🔹 small_orange_diamond 🔸 radio_button 🔘
arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️ repeat 🔁
arrows_counterclockwise 🔄 leftwards_arrow_with_hook ↩️ rewind ⏪ fast_forward ⏩ arrow_forward ▶️ double_vertical_bar ⏸️
stopwatch ⏱️ timer_clock ⏲️ alarm_clock ⏰ hourglass ⌛ hourglass_flowing_sand ⏳ clock1 🕐 clock9 🕘 watch ⌚ calendar 📅
date 📅 spiral_calendar_pad 🗓️ bell 🔔 no_bell 🔕 mute 🔇 speaker 🔈 loudspeaker 📢 mega 📣 telephone_receiver 📞 phone ☎️
iphone 📱 pager 📟 computer 💻 desktop_computer 🖥️ keyboard ⌨️ floppy_disk 💾 cd 💿 battery 🔋 electric_plug 🔌
bulb 💡 mag 🔍 mag_right 🔎 link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 scissors ✂️ memo 📝 pencil 📝 pencil2 ✏️
clipboard 📋 bookmark 🔖 books 📚 book 📖 notebook 📓 blue_book 📘 green_book 📗 orange_book 📙 closed_book 📕 ledger 📒 page_facing_up 📄 newspaper 📰 file_folder 📁 open_file_folder 📂
card_index_dividers 🗂️ wastebasket 🗑️ chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 lock 🔒
unlock 🔓 key 🔑 old_key 🗝️ shield 🛡️ email 📧 envelope ✉️ inbox_tray 📥 outbox_tray 📤 mailbox 📫 globe_with_meridians 🌐
earth_americas 🌎 cloud ☁️ sunny ☀️ rainbow 🌈 snowflake ❄️ umbrella ☔ ocean 🌊 thermometer 🌡️ fire_engine 🚒 ambulance 🚑
fire_extinguisher 🧯 helmet_with_white_cross ⛑️ satellite 🛰️ satellite_antenna 📡 credit_card 💳 moneybag 💰 shopping_trolley 🛒
coffee ☕ beer 🍺 pizza 🍕 cake 🎂 gift 🎁 trophy 🏆 medal 🏅 dart 🎯 checkered_flag 🏁 triangular_flag_on_post 🚩
white_flag 🏳️ palm_tree 🌴 seedling 🌱 dog 🐶 cat 🐱 snail 🐌 turtle 🐢 elephant 🐘 whale 🐳 octopus 🐙 hourglass_done ⌛
information_source ℹ️ recycle ♻️ new 🆕 free 🆓 up 🆙 cool 🆒 ok 🆗 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣
seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 speech_balloon 💬 thought_balloon 💭 busts_in_silhouette 👥 bust_in_silhouette 👤
technologist 🧑‍💻 firefighter 🧑‍🚒 detective 🕵️ doctor 🧑‍⚕️ test_tube 🧪 microscope 🔬 dna 🧬 adhesive_bandage 🩹 stethoscope 🩺`;

const BY_NAME = new Map();
{
  const words = TABLE.trim().split(/\s+/);
  for (let i = 0; i < words.length; i += 2) BY_NAME.set(words[i], words[i + 1]);
}

/** The names offered first when someone reacts. */
export const REACTIONS = "white_check_mark eyes +1 raised_hands tada heart rotating_light fire thinking_face pray x -1 rocket 100 warning hourglass_flowing_sand".split(" ");

/** The character for a short name ("tada", "wave::skin-tone-2"), or null. */
export const emojiFor = (name) => BY_NAME.get(name.split("::")[0]) ?? null;

/** Every known short name that contains the word. */
export const emojiNamed = (word) => [...BY_NAME.keys()].filter((name) => name.includes(word));

/** One emoji as an element; an unknown name stays readable as :name:. */
export function emojiNode(name) {
  const character = emojiFor(name);
  return character ? drawn(character, name) : document.createTextNode(`:${plain(name)}:`);
}

function drawn(character, name) {
  return el("span.emoji", { title: name ? `:${name}:` : null }, character);
}

const SHORT_NAME = /:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/g;
const DRAWN = /\p{RI}\p{RI}|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)(?:\u200D\p{Extended_Pictographic}\uFE0F?|[\u{1F3FB}-\u{1F3FF}])*/gu;

/** Text as nodes: `:names:` become emoji (unless `names` is false) and emoji characters are drawn at emoji size. */
export function withEmoji(text, names = true) {
  const characters = names ? text.replace(SHORT_NAME, (whole, name) => emojiFor(name) ?? whole) : text;
  const nodes = [];
  let from = 0;
  for (const match of characters.matchAll(DRAWN)) {
    if (match.index > from) nodes.push(document.createTextNode(plain(characters.slice(from, match.index))));
    nodes.push(drawn(match[0]));
    from = match.index + match[0].length;
  }
  if (from < characters.length) nodes.push(document.createTextNode(plain(characters.slice(from))));
  return nodes;
}
